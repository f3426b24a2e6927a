/* The studies: their articles, taken out of the page so that one at a time can be shown, and their texts. */

const records = new Map(data.studies.map((study) => [study.slug, study]));
const studies = []; // those whose articles have come, each with `index`, its place here

/** Take the studies out of a parsed part of a page. */
function takeStudies(root) {
  for (const section of root.querySelectorAll("section.entry")) {
    const study = records.get(section.id.replace("/study/", ""));
    section.remove();
    if (!study) continue;
    study.versions = {};
    for (const version of section.children) {
      version.hidden = false;
      study.versions[version.lang] = version;
    }
    study.index = studies.push(study) - 1;
  }
}

/** Take the studies of a script that lies beside the page: it calls this. */
function addStudies(html) {
  const parsed = document.createElement("template");
  parsed.innerHTML = html;
  takeStudies(parsed.content);
}

/**
Return a study's texts in a language, each with how much a word in it counts (see `search.js`): those that the site
looks through (casestudies/search_index.py), nothing else that stands on the page.
*/
function textsOf(study, language) {
  const article = study.versions[language].querySelector("article");
  const all = (selector) => [...article.querySelectorAll(selector)].map((found) => found.textContent);
  const texts = ["challenge", "practice", "results", "lessons"].map((name) => `section[aria-labelledby$="-${name}"] > :not(h2)`);
  return [
    { weight: "title", text: all("h1").join() },
    { weight: "summary", text: all(".lead").join() },
    ...all(".scope").map((text) => ({ weight: "summary", text })),
    ...all(texts.join()).map((text) => ({ weight: "text", text })),
    { weight: "text", text: study.outcomes[language] ?? "" },
    // Names are kept in one language only, whatever language the version is in.
    ...(language === data.languages[0] ? namesIn(article) : []),
  ];
}

/** Return the names of implementers, places and sources. */
const namesIn = (article) => [
  ...[...article.querySelectorAll(".facts ul[lang] li, .facts li > span[lang]")].map(({ textContent }) => ({
    weight: "text",
    text: textContent,
  })),
  ...[...article.querySelectorAll(".sources li")].map((source) => ({ weight: "source", text: namesOf(source) })),
];

/** Return the title and the publisher of a source, without its year, its address and what is noted about it. */
function namesOf(source) {
  const copy = source.cloneNode(true);
  for (const noted of copy.querySelectorAll(".print-address, .checked")) noted.remove();
  return copy.textContent.trim().replace(/(, \d{4})?\.$/, "");
}

/** Return the paragraphs in which a passage that answers a question is looked for. */
function paragraphsOf(study, language) {
  const fields = ["challenge", "practice", "results", "lessons"];
  const selector = fields.map((field) => `section[aria-labelledby$="-${field}"] p`).join();
  return [...study.versions[language].querySelectorAll(selector)].map((found) => found.textContent);
}

/** Return the address inside this file for one on the site, in its language; null where the file has nothing like it. */
function addressInside(address, state) {
  const { pathname, hash } = new URL(address, data.address);
  const path = pathname.match(/\/([\w-]+)\/(case-studies|chapters|themes|countries|conventions)\/([^/]+)\/$/);
  if (!path) return null;
  const [, lang, kind, code] = path;
  if (kind === "case-studies") {
    // The same study in another language stays in the list through which it is read.
    return records.has(code) ? hashOf(code === state.slug ? state : stateOf("#/"), { slug: code, lang }) : null;
  }
  const [key, value] = {
    chapters: ["chapter", data.chapters[code]],
    themes: ["theme", code],
    countries: ["country", code],
    conventions: hash ? ["provision", hash.slice(1)] : ["convention", code],
  }[kind];
  return isHere(key, value) ? hashOf(stateOf("#/"), { lang, values: { [key]: [value] } }) : null;
}

/** Let the links of a part of the page stay inside the file. */
function keepLinksInside(root, state) {
  for (const link of root.querySelectorAll("a[href]:not([rel~=external], [href^='#'])")) {
    const inside = addressInside(link.getAttribute("href"), state);
    if (inside) link.setAttribute("href", inside);
  }
}

/** Return a link to a study on the site, whose text is the address. */
function linkToSite(slug) {
  const address = new URL(`${encodeURIComponent(slug)}/`, data.address).href;
  return element("a", { href: address, rel: "external" }, address);
}

/** Return the state that shows the study in which a place is, null where none has it. */
function stateWith(place) {
  for (const { slug, versions } of studies) {
    const lang = data.languages.find((language) => versions[language].querySelector(`#${CSS.escape(place)}`));
    if (lang) return { ...stateOf("#/"), slug, lang };
  }
  return null;
}
