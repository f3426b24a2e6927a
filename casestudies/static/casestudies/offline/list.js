/* The list: what was asked, the studies that answer it, and their order. */

const SHOWN_AT_FIRST = 50;
let shown = SHOWN_AT_FIRST;
let shownHash = "";
let listed = { results: [] }; // { state, results, answer } of the list

/** Return { results, counts, answer } of a state, its results in order. */
function answerTo(state) {
  const answer = state.q ? answered(state.q) : null;
  const { results, counts } = filtered(state, answer?.scores);
  return { results: sorted(results, state.sort, state.lang, answer?.scores), counts, answer };
}

/** Show the list that a state asks for. */
function showList(state) {
  const { results, counts, answer } = answerTo(state);
  const hash = hashOf(state);
  if (hash !== shownHash) shown = SHOWN_AT_FIRST;
  shownHash = hash;
  if (byId("q") !== document.activeElement) byId("q").value = state.q;
  const number = counted(words.studies, results.length);
  byId("results-heading").textContent = number;
  byId("announcement").textContent = number;
  showChoices(state);
  showSorting(state);
  showGuidance(answer, results);
  showWithdrawn(state);
  listed = { state, results, answer };
  showCards();
  showPanels(state, counts);
  const asked = choicesOf(state).map(({ label, name }) => `${label}: ${name}`);
  document.title = `${asked.join("; ") || words.list} (${results.length})`;
}

function showChoices(state) {
  const choices = choicesOf(state);
  const item = ({ label, name, without }) =>
    element(
      "li",
      {},
      element(
        "a",
        { class: "choice", href: without },
        element("span", { class: "choice-key" }, `${label}:`),
        ` ${name} `,
        element("span", { "aria-hidden": "true" }, "×"),
        unseen(` – ${words.remove}`),
      ),
    );
  const all = element("li", {}, element("a", { href: hashOf(stateOf("#/"), { lang: state.lang }) }, words.removeAll));
  byId("choices").hidden = choices.length === 0;
  byId("choices").querySelector("ul").replaceChildren(...choices.map(item), all);
}

function showSorting(state) {
  const orders = Object.entries(data.orders).filter(([order]) => order !== "relevance" || state.q);
  const links = orders.map(([order, label]) =>
    element(
      "a",
      { id: `order-${order}`, href: hashOf(state, { sort: order }), "aria-current": order === state.sort || null },
      label,
    ),
  );
  byId("sorting").replaceChildren(...links.flatMap((link, at) => (at ? [" · ", link] : [link])));
}

function showGuidance(answer, results) {
  const unknown = (answer?.unknown ?? []).map(quoted).join(", ");
  const lines = [];
  if (answer?.isEmpty) lines.push(words.noWord);
  else if (unknown) lines.push(filled(words.unknown, { words: unknown }));
  if (answer?.isWidened && !unknown) {
    lines.push(answer.complete ? counted(words.mostFollow, answer.complete) : words.widened);
  }
  if (!results.length && !lines.length) lines.push(words.nothing);
  byId("guidance").textContent = lines.join(" ");
  byId("guidance").hidden = lines.length === 0;
}

/** Name the studies that were withdrawn since the day whose news are asked for. */
function showWithdrawn(state) {
  const gone = state.changed_since ? data.withdrawn.filter(({ day }) => day >= state.changed_since) : [];
  const items = gone.map(({ slug, titles, day }) =>
    element(
      "li",
      { lang: state.lang === data.language ? null : state.lang },
      `${titles[state.lang]} – ${dayInWords(day)}`,
      element("br"),
      linkToSite(slug),
    ),
  );
  byId("withdrawn").hidden = !gone.length;
  byId("withdrawn").querySelector("ul").replaceChildren(...items);
}

function showCards() {
  byId("cards").replaceChildren();
  setCards(shown);
  showButtons();
}

/** Let this many cards stand, those that stand already left alone. */
function setCards(number) {
  const { state, results, answer } = listed;
  const cards = byId("cards");
  while (cards.children.length > number) cards.lastChild.remove();
  const further = results.slice(cards.children.length, number);
  cards.append(...further.map((study) => element("li", {}, cardOf(study, state, answer))));
}

/** Offer the cards that do not stand yet. */
function showButtons() {
  const total = listed.results.length;
  const button = (id, text, number) => {
    const made = element("button", { type: "button", id }, text);
    made.addEventListener("click", () => {
      const first = shown;
      shown = number;
      setCards(shown);
      showButtons();
      byId("cards").children[first].querySelector("a").focus();
    });
    return made;
  };
  byId("show-more").hidden = total <= shown;
  byId("show-more").replaceChildren(
    button("more", words.showMore, shown + SHOWN_AT_FIRST),
    " ",
    button("all", `${words.showAll} (${total})`, total),
  );
}

/** Return the card of a study, in the site's own markup, with the hits of a question marked. */
function cardOf(study, state, answer) {
  const version = study.versions[state.lang];
  const card = version.querySelector("template").content.querySelector("article").cloneNode(true);
  if (state.lang !== data.language) card.lang = state.lang;
  const link = card.querySelector(".card-title a");
  link.href = hashOf(state, { slug: study.slug });
  if (answer) explain(card, study, state, answer);
  return card;
}

function explain(card, study, state, answer) {
  const { sought } = answer;
  const title = card.querySelector(".card-title a");
  const summary = card.querySelector(".card-text");
  const inTitle = marked(title.textContent, sought);
  const inSummary = marked(summary.textContent, sought);
  title.replaceChildren(...inTitle.parts);
  const languages = [state.lang, ...data.languages.filter((language) => language !== state.lang)];
  let passage = inSummary.number ? inSummary : null;
  for (const language of inTitle.number ? [state.lang] : languages) passage ??= bestPassage(study, language, sought);
  if (passage) summary.replaceChildren(...passage.parts);
  if (passage?.language && passage.language !== state.lang) summary.lang = passage.language;
  const notes = notesOn(study, state.lang, answer);
  if (!notes.length && !passage && !inTitle.number) notes.push(words.names);
  if (notes.length) {
    const items = notes.map((note) => element("li", { lang: data.language }, note));
    card.append(element("ul", { class: "found-through" }, ...items));
  }
}
