// One Python for all pages: while it runs, a link to another page of the book puts that page in the place of this one,
// so that nothing has to start again. Every page is under the same policy; one under another (paper) is opened as usual.

const PLAIN = ["ctrlKey", "metaKey", "shiftKey", "altKey"];
const LACKING = "That page cannot be loaded. Is there a connection? This one is still here.";

/** What the address says of a place in the page, or of words to search for. Anybody can write there what no browser
 *  reads. */
export function fragment() {
  const written = location.hash.slice(1);
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** `live` makes the page alive that has been put there; `drawn` is when it has done so with the first one. */
export function turning(python, live, drawn) {
  let here = location.pathname; // of the page that is shown
  let last = drawn;
  let wanted; // the latest turn: those before it that have not come so far are left out
  const turn = (address, pushed, at) => {
    const mine = {};
    wanted = mine;
    last = last.then(() => put(address, pushed, at, () => mine === wanted)).catch(() => load(address));
  };
  const load = (address) => (address === location.href ? location.reload() : location.assign(address));
  const put = async (address, pushed, at, isWanted) => {
    const { pathname } = new URL(address);
    if (!isWanted() || pathname === here) return;
    const page = await fetched(address);
    if (!isWanted()) return;
    if (page === undefined && pushed) return void python.tell(LACKING);
    if (!page || python.waiting.size) return void load(address);
    if (python.worker) await python.ask({ ask: "leave" }).catch(() => {}); // what was changed on a page is gone with it
    here = pathname;
    if (pushed) {
      history.replaceState({ at: scrollY }, ""); // for the way back
      history.pushState(null, "", address);
    }
    document.title = page.title;
    document.head.querySelector("style").replaceWith(page.head.querySelector("style"));
    document.body.replaceChildren(...page.body.childNodes);
    await live();
    const main = document.querySelector("main");
    main.tabIndex = -1;
    main.focus({ preventScroll: true }); // so that a screen reader begins to read
    if (at === undefined) (document.getElementById(fragment()) || document.body).scrollIntoView();
    else scrollTo(0, at);
  };
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || PLAIN.some((key) => event[key]) || !idle(python)) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || to.pathname === here || !to.pathname.endsWith(".html")) return;
    event.preventDefault();
    turn(to.href, true);
  });
  addEventListener("popstate", ({ state }) => turn(location.href, false, state?.at));
}

/** Whether Python runs, and nobody waits for it. */
const idle = (python) => python.worker && !python.waiting.size;

/** Another page of the book, not shown yet; null where there is none under the policy of this one, undefined where
 *  none can be had: without a connection only what the browser still has. */
async function fetched(address) {
  const policy = (page) => page.querySelector("meta[http-equiv]")?.content;
  try {
    const answer = await fetch(address).catch(() => fetch(address, { cache: "force-cache" }));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.ok && policy(page) === policy(document) ? page : null;
  } catch {
    return undefined;
  }
}
