"""Whatever holds an opinion: detectors of asks, favours and meetings, and subscribers."""
