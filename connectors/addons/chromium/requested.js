/** InboxSDK's other half runs only where somebody has asked for it, and both halves look for this word. */
document.head.setAttribute("data-inboxsdk-script-injected", "true");
