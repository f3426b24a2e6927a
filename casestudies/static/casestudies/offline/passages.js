/* Why a study was found: its title and a passage with what matched marked, and a note where nothing shows it. */

/** Return the parts of a text, those that match marked: [text or <mark> element, …], and how many different match. */
function marked(text, sought) {
  const found = tokens(text);
  const hits = new Map(); // place of a token → the thing sought
  for (const one of sought) {
    for (const way of one.ways) {
      for (const { words: phrase } of way.phrases?.flat() ?? []) {
        found.forEach((_token, place) => {
          if (phrase.every(([stem, distance]) => found[place + distance]?.stem === stem)) {
            for (const [, distance] of phrase) hits.set(place + distance, one);
          }
        });
      }
    }
  }
  const parts = [];
  let end = 0;
  for (const [place, token] of found.entries()) {
    if (!hits.has(place)) continue;
    parts.push(text.slice(end, token.start), element("mark", {}, text.slice(token.start, token.end)));
    end = token.end;
  }
  return { parts: [...parts, text.slice(end)], number: new Set(hits.values()).size };
}

/** Return the sentences of the study's texts that hold most of what is sought, null where none holds any. */
function bestPassage(study, language, sought) {
  let best = null;
  for (const paragraph of paragraphsOf(study, language)) {
    for (const sentence of paragraph.match(/[^.!?…]+(?:[.!?…](?!\s)[^.!?…]*)*[.!?…]*\s*/g) ?? []) {
      const shown = marked(sentence.trim(), sought);
      if (shown.number > (best?.number ?? 0)) best = { ...shown, language };
    }
  }
  return best && { ...best, parts: ["… ", ...best.parts, " …"] };
}

/** Return how a study was found that shows no word of the question, or what of the question it lacks. */
function notesOn(study, language, { sides }) {
  // Of alternatives joined by OR, the one that the study answers best explains it.
  const holds = (one) => one.studies.has(study.index);
  const number = ({ wanted }) => wanted.filter(holds).length;
  const { wanted } = sides.reduce((best, side) => (number(side) > number(best) ? side : best));
  const isForeign = ({ text }) => CYRILLIC.test(text) !== (language === "ru");
  return wanted.flatMap((one) => {
    const written = quoted(one.written);
    const held = one.ways.filter((way) => way.weights.has(study.index));
    if (held.some((way) => way.kind === "typed")) return [];
    const [way] = held.sort((first, second) => isForeign(first) - isForeign(second));
    if (way?.kind === "record") {
      const { label, name } = labelOf(way.link);
      return [filled(words.record, { written, label: label.toLowerCase(), name })];
    }
    if (way) return [filled(way.kind === "same" ? words.sameAs : words.includes, { found: quoted(way.text), written })];
    const part = one.parts.find(holds);
    return [part ? filled(words.part, { found: quoted(part.written), written }) : filled(words.without, { written })];
  });
}

const quoted = (text) => filled(words.quote, { words: text });
