/* Starting, following the address, and the forms. */

const PAUSE = 200; // milliseconds after the last key before the list follows what is typed
let followed = null; // the state that is shown

/** Return the state that the address asks for; a place on the page belongs to what was shown when it was gone to. */
function asked() {
  const state = stateOf(location.hash) ?? stateOf(history.state ?? location.hash);
  if (state) return state;
  const place = location.hash.slice(1);
  return (byId(place) && followed) || stateWith(place) || followed || stateOf("#/");
}

/** Follow the address. */
function follow({ keepsFocus = false } = {}) {
  const state = asked();
  const isPlace = !stateOf(location.hash);
  if (JSON.stringify(state) !== JSON.stringify(followed)) {
    show(state, keepsFocus || isPlace);
    // What the address leads to stands on the page only now: the browser goes there anew.
    if (isPlace) location.replace(location.hash);
  }
  if (isPlace) history.replaceState(hashOf(state), "");
}

/** Show what a state asks for. */
function show(state, keepsFocus) {
  const focused = document.activeElement?.id;
  const faults = faultsOf(state);
  const isList = !faults.length && !state.slug;
  if (isList) showList(state);
  else if (faults.length) showFaults(state, faults);
  else showStudy(state);
  const wasList = byId("reading").hidden;
  byId("reading").hidden = isList;
  byId("list").hidden = !isList;
  showLanguages(state);
  followed = state;
  if (keepsFocus) return;
  if (!isList || !wasList) scrollTo(0, 0);
  if (!isList) byId("study").querySelector("h1").focus({ preventScroll: true });
  else if (focused && byId(focused)) byId(focused).focus({ preventScroll: true });
  else byId("results-heading").focus({ preventScroll: true });
}

/** Let the reader choose the language of the texts. */
function showLanguages(state) {
  const links = data.languages.map((language) => {
    const name = new Intl.DisplayNames([language], { type: "language" }).of(language);
    const text = name[0].toLocaleUpperCase(language) + name.slice(1);
    return language === state.lang
      ? element("span", { "aria-current": "true", lang: language }, text)
      : element("a", { id: `lang-${language}`, lang: language, href: hashOf(state, { lang: language }) }, text);
  });
  byId("languages").replaceChildren(...links);
}

function listen() {
  const now = () => ({ ...followed, slug: null });
  let timer = 0;
  addEventListener("hashchange", () => follow());
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    byId("results-heading").focus();
    location.hash = hashOf(now(), { q: byId("q").value.trim(), sort: "" });
  });
  byId("q").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // Typing leaves no trace in the history: going back leads to the list before.
      history.replaceState(null, "", hashOf(now(), { q: byId("q").value.trim(), sort: "" }));
      follow({ keepsFocus: true });
    }, PAUSE);
  });
  // Paper has no buttons: it has the whole list.
  addEventListener("beforeprint", () => byId("list").hidden || setCards(listed.results.length));
  addEventListener("afterprint", () => setCards(shown));
  for (const [form, fields] of [["years", ["year_from", "year_to"]], ["changed", ["changed_since"]]]) {
    byId(form).addEventListener("submit", (event) => {
      event.preventDefault();
      location.hash = hashOf(now(), Object.fromEntries(fields.map((field) => [field, byId(field).value.trim()])));
    });
  }
}

/** Offer what is new since the edition of the same list that this browser opened before, where it remembers one. */
function offerChanges() {
  const key = `offline-editions ${data.address}`;
  let days = [];
  try {
    days = JSON.parse(localStorage.getItem(key)) ?? [];
    localStorage.setItem(key, JSON.stringify([...new Set([...days, data.day])].sort()));
  } catch {
    return; // some browsers remember nothing for files
  }
  const before = days.filter((day) => day < data.day).at(-1);
  if (!before) return;
  const link = element("a", { href: hashOf(stateOf("#/"), { changed_since: before }) });
  link.textContent = filled(words.sinceEdition, { date: dayInWords(before) });
  byId("since-edition").replaceChildren(link);
  byId("since-edition").hidden = false;
}

/** Read the scripts that lie beside the page one after the other. */
async function readParts() {
  for (const [at, address] of data.parts.entries()) {
    byId("loading").textContent = filled(words.loading, { place: at + 1, total: data.parts.length });
    await new Promise((resolve, reject) => {
      const script = element("script", { src: address });
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    });
  }
}

async function start() {
  takeStudies(byId("plain"));
  byId("plain").remove();
  byId("loading").hidden = false;
  try {
    await readParts();
  } catch {
    byId("loading").textContent = words.unread;
    return;
  }
  byId("loading").remove();
  byId("languages").hidden = false;
  offerChanges();
  listen();
  follow({ keepsFocus: true });
}

start();
