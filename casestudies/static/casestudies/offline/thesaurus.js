/* What names and words mean: the site's curated expressions, looked up by their stems. */

const meanings = new Map(); // stems joined by blanks → [{ same, narrower, link }]
let longestName = 1;

const stemsOf = (text) => tokens(text).filter((token) => !token.isStopWord).map((token) => token.stem);

function enter(names, meaning) {
  for (const key of new Set(names.map((name) => stemsOf(name).join(" ")))) {
    if (!key) continue;
    if (!meanings.has(key)) meanings.set(key, []);
    meanings.get(key).push(meaning);
    longestName = Math.max(longestName, key.split(" ").length);
  }
}

/** Make the table ready; it is made with the first question. */
function readThesaurus() {
  for (const [same, others, narrower] of data.thesaurus.same) {
    enter([...same, ...others], { same, narrower, link: null });
  }
  for (const [key, code, names] of data.thesaurus.records) {
    enter(names, { same: [], narrower: [], link: { key, code } });
  }
}

/** Return a phrase to look for: its stems with their distances from the first. */
function phraseOf(found) {
  const kept = found.map((token, place) => ({ ...token, place })).filter((token) => !token.isStopWord);
  return { words: kept.map(({ stem, place }) => [stem, place - kept[0].place]) };
}

/** Return all ways to find what some words of a question mean. `all` are phrases that must all stand in a study. */
function waysToSay(written, all) {
  const key = all.flatMap((phrase) => phrase.words.map(([stem]) => stem)).join(" ");
  const ways = [{ kind: "typed", all, text: written }];
  for (const { same, narrower, link } of meanings.get(key) ?? []) {
    if (link) ways.push({ kind: "record", link, text: written });
    for (const [kind, texts] of [["same", same], ["narrower", narrower]]) {
      for (const text of texts) {
        if (stemsOf(text).join(" ") !== key) ways.push({ kind, all: [phraseOf(tokens(text))], text });
      }
    }
  }
  return ways;
}

/** Return what the terms of an alternative seek: names that the thesaurus knows, the longest first, then words. */
function understood(terms) {
  const sought = [];
  let run = [];
  const endRun = () => {
    while (run.length) {
      let length = Math.min(longestName, run.length);
      const key = () => run.slice(0, length).map(({ stems }) => stems).join(" ");
      while (length > 1 && !meanings.has(key())) length -= 1;
      const taken = run.splice(0, length);
      const written = taken.map((one) => one.term.written).join(" ");
      sought.push({ written, ways: waysToSay(written, taken.map((one) => phraseOf(one.term.tokens))), excluded: false });
    }
  };
  for (const term of terms) {
    if (term.excluded || term.quoted) {
      endRun();
      const ways = waysToSay(term.written, [phraseOf(term.tokens)]);
      sought.push({
        written: term.written,
        ways: term.excluded ? ways.filter((way) => way.kind !== "narrower") : ways,
        excluded: term.excluded,
      });
    } else {
      run.push({ term, stems: stemsOf(term.written).join(" ") });
    }
  }
  endRun();
  return sought;
}
