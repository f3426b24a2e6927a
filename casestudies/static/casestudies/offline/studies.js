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

/** Return a study's texts in a language, each with how much a word in it counts (see `search.js`). */
function textsOf(study, language) {
  const article = study.versions[language].querySelector("article");
  const all = (selector) => [...article.querySelectorAll(selector)].map((found) => found.textContent);
  const inSections = ["p", "td", "th[scope=row]"].map((part) => `.study-text section:not([aria-labelledby$=-citation]) ${part}`);
  return [
    { weight: "title", text: all("h1").join() },
    { weight: "summary", text: all(".lead").join() },
    ...all(inSections.join()).map((text) => ({ weight: "text", text })),
    ...all(".facts ul[lang] li, .facts li [lang]").map((text) => ({ weight: "text", text })),
    ...all(".sources li").map((text) => ({ weight: "source", text })),
  ];
}

/** Return the paragraphs in which a passage that answers a question is looked for. */
function paragraphsOf(study, language) {
  const fields = ["challenge", "practice", "results", "lessons"];
  const selector = fields.map((field) => `section[aria-labelledby$="-${field}"] p`).join();
  return [...study.versions[language].querySelectorAll(selector)].map((found) => found.textContent);
}

/** Return the address inside this file for one on the site, null where the file has nothing like it. */
function addressInside(address) {
  const { pathname, hash } = new URL(address, data.address);
  const path = pathname.match(/\/(case-studies|chapters|themes|countries|conventions)\/([^/]+)\/$/);
  if (!path) return null;
  const [, kind, code] = path;
  if (kind === "case-studies") return `#/study/${code}`;
  if (kind === "chapters") return `#/?chapter=${data.chapters[code]}`;
  if (kind === "conventions" && hash) return `#/?provision=${hash.slice(1)}`;
  return `#/?${{ themes: "theme", countries: "country", conventions: "convention" }[kind]}=${code}`;
}

/** Let the links of a part of the page stay inside the file. */
function keepLinksInside(root) {
  for (const link of root.querySelectorAll("a[href]:not([rel~=external])")) {
    const inside = link.getAttribute("href").startsWith("#") ? null : addressInside(link.getAttribute("href"));
    if (inside) link.setAttribute("href", inside);
  }
}
