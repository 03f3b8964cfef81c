/** Names the add-on to InboxSDK. This one is invented: who hands the add-on on registers an id of their own. */
export const APP_ID = "sdk_goodwill_invented";
