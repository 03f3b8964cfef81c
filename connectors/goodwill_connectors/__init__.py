"""Whatever touches the outside: files, mail providers, calendars."""
