/** InboxSDK's other half, in the page itself. The manifest puts it there: no right to run scripts is needed. */
import "./requested.js";
import "@inboxsdk/core/pageWorld.js";
