// One Python for all pages: while it runs, a link to another page of the book puts that page in the place of this one,
// so that nothing has to start again. Every page is under the same policy; one under another (paper) is opened as usual.

const PLAIN = ["ctrlKey", "metaKey", "shiftKey", "altKey"];

/** `live` makes the page alive that has been put there. */
export function turning(python, live) {
  let here = location.pathname;
  const turn = async (address) => {
    here = new URL(address).pathname;
    const page = await fetched(address);
    if (!page) return void location.assign(address);
    await python.ask({ ask: "leave" }).catch(() => {}); // what was changed on a page is gone with it
    if (address !== location.href) history.pushState(null, "", address);
    document.title = page.title;
    document.head.querySelector("style").replaceWith(page.head.querySelector("style"));
    document.body.replaceChildren(...page.body.childNodes);
    await live();
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const main = document.querySelector("main");
    main.tabIndex = -1;
    main.focus({ preventScroll: true }); // so that a screen reader begins to read
    (place || document.body).scrollIntoView();
  };
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || PLAIN.some((key) => event[key]) || !idle(python)) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || to.pathname === here || !to.pathname.endsWith(".html")) return;
    event.preventDefault();
    turn(to.href);
  });
  addEventListener("popstate", () => location.pathname !== here && turn(location.href));
}

/** Whether Python runs, and nobody waits for it. */
const idle = (python) => python.worker && !python.waiting.size;

/** Another page of the book, not shown yet; null where there is none under the policy of this one. */
async function fetched(address) {
  const policy = (page) => page.querySelector("meta[http-equiv]")?.content;
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.ok && policy(page) === policy(document) ? page : null;
  } catch {
    return null;
  }
}
