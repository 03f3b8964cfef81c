/**
 * Ours, in place of Microsoft's office.js: shows the pane a mail, does what its owner would do, and leaves what was
 * seen in `data-seen` of the page. TOLD is put here by the test: {mail, code, mark, answer}.
 */
/* global TOLD */
(() => {
  const session = new Map();
  const getter = (value) => ({ getAsync: (...words) => words[words.length - 1]({ status: "succeeded", value }) });
  const { mail } = TOLD;
  const item = {
    from: getter(mail.from), to: getter(mail.to), cc: getter(mail.cc), bcc: getter(mail.bcc),
    subject: getter(mail.subject), body: getter(mail.text),
    sessionData: {
      getAsync: (name, callback) =>
        callback(session.has(name) ? { status: "succeeded", value: session.get(name) } : { status: "failed", error: {} }),
    },
  };
  window.Office = {
    context: { mailbox: { item } },
    onReady: (begin) => {
      begin();
      act().catch((error) => leave({ error: String(error) }));
    },
  };

  async function act() {
    const seen = { violations: [] };
    document.addEventListener("securitypolicyviolation", (event) => seen.violations.push(event.blockedURI));
    const one = (selector) => document.querySelector(selector);
    await until(() => !one("#unpaired").hidden);
    one("#code").value = "AAAA-AAAA";
    one("#pairing").requestSubmit();
    await until(() => one("#told").textContent);
    seen.refused = one("#told").textContent;
    one("#code").value = TOLD.code;
    one("#pairing").requestSubmit();
    await until(() => one("#told").textContent.startsWith("Paired"));
    seen.paired = one("#unpaired").hidden && !one("#part").hidden;
    await until(() => one("#recipients dd"));
    seen.hint = one("#recipients").textContent;
    seen.quiet = one(".goodwill-warning") === null;
    session.set("goodwill", TOLD.mark);
    await until(() => one(".goodwill-warning"));
    const dialog = one(".goodwill-warning");
    seen.role = dialog.getAttribute("role");
    seen.text = dialog.textContent;
    seen.buttons = [...dialog.querySelectorAll("button")].map((button) => button.textContent);
    seen.focus = document.activeElement.textContent;
    seen.alone = one("main").hidden;
    dialog.querySelector(`[data-answer=${TOLD.answer}]`).click();
    await until(() => one("#told").textContent.startsWith("Learnt"));
    seen.again = one(".goodwill-warning") === null && !one("main").hidden;
    leave(seen);
  }

  async function until(true_) {
    for (let times = 0; times < 200; times++) {
      if (true_()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`waited too long for ${true_}`);
  }

  function leave(seen) {
    document.body.dataset.seen = JSON.stringify(seen);
  }
})();
