// The three graders for promptfoo, as in graders.py: functions of the interviewer's words.
const fs = require("node:fs");
const path = require("node:path");

const rules = JSON.parse(fs.readFileSync(path.join(process.cwd(), "rules.json"), "utf8"));
const praise = new RegExp(`\\b(?:${rules.praise.join("|")})\\b`, "i");
const finding = (pass, reason) => ({ pass, score: pass ? 1 : 0, reason });

module.exports = {
  one_question(text) {
    const count = text.split("?").length - 1;
    return finding(count === 1, `asks ${count} questions`);
  },
  short(text) {
    const count = text.trim().split(/\s+/).length;
    return finding(count <= rules.longest, `${count} words`);
  },
  no_praise(text) {
    const found = praise.exec(text);
    return finding(!found, found ? `praises: ${found[0]}` : "no praise");
  },
};
