/* A study in full, with the way on through the list it was opened from. */

/** Show the study that a state asks for, or say that the file does not hold it. */
function showStudy(state) {
  const study = studies.find((one) => one.slug === state.slug);
  const { results } = answerTo(state);
  byId("way").replaceChildren(...wayThrough(results, study, state));
  if (!study) {
    showAbsence(state);
    return;
  }
  const article = study.versions[state.lang].querySelector("article").cloneNode(true);
  if (state.lang !== data.language) article.lang = state.lang;
  keepLinksInside(article, state);
  showReading(article.querySelector("h1"), article);
}

/** Show what is read instead of the list: its heading names it, and takes the focus. */
function showReading(heading, ...parts) {
  heading.tabIndex = -1;
  document.title = heading.textContent;
  byId("study").replaceChildren(...parts);
}

/** Say that the file does not hold the study, and where it is to be looked for. */
function showAbsence({ slug }) {
  const gone = data.withdrawn.find((one) => one.slug === slug);
  const why = gone ? filled(words.withdrawnOn, { date: dayInWords(gone.day) }) : words.absentWhy;
  const heading = element("h1", {}, gone?.titles[data.language] ?? words.absent);
  showReading(heading, heading, element("p", { class: "lead" }, why), element("p", {}, linkToSite(slug)));
}

function wayThrough(results, study, state) {
  const asked = choicesOf(state).map(({ label, name }) => `${label}: ${name}`);
  const toList = element("a", { href: hashOf(state, { slug: "" }) }, asked.join("; ") || words.all);
  const place = results.indexOf(study);
  if (place < 0) return [toList];
  const counter = element("span", {}, filled(words.place, { place: place + 1, total: results.length }));
  const beside = (other, rel, before, text, after) => {
    if (!other) return null;
    const title = other.versions[state.lang].querySelector("h1").textContent;
    const attributes = { rel, href: hashOf(state, { slug: other.slug }), title };
    return element("a", attributes, before, text, after, unseen(`: ${title}`));
  };
  return [
    toList,
    counter,
    beside(results[place - 1], "prev", "← ", words.previous, ""),
    beside(results[place + 1], "next", "", words.next, " →"),
  ].filter(Boolean);
}
