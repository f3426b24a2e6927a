/* What a reader types, taken apart: words, "phrases", -exclusions and OR. */

const TOKEN = /([-−–](?=["\p{L}\p{N}]))?(?:"([^"]*)"?|([^\s"]+))/gu;
const OR = new Set(["OR", "ИЛИ", "|"]);

/** Say whether this is a name that texts are not searched for, as "Того" (Togo), and written as one. */
const isNameWithoutStem = (word) => word[0] !== word[0].toLowerCase() && plain(word) in data.thesaurus.cases;

/** Return the alternatives of a question, each a list of terms { written, tokens, excluded, quoted }. */
function parsed(question) {
  const alternatives = [[]];
  for (const [, minus, phrase, word] of question.replace(/[«»„“”‟″]/g, '"').matchAll(TOKEN)) {
    if (OR.has(word) && !minus) {
      alternatives.push([]);
      continue;
    }
    const written = phrase ?? word;
    const found = tokens(written);
    // Of a phrase the stop words keep their places; by itself one is nothing to look for.
    if (found.some((token) => !token.isStopWord || isNameWithoutStem(token.word))) {
      alternatives.at(-1).push({ written, tokens: found, excluded: Boolean(minus), quoted: phrase !== undefined });
    }
  }
  return alternatives.filter((terms) => terms.some((term) => !term.excluded));
}
