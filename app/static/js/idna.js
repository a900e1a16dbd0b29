// Host names in ASCII: the mapping of UTS 46, then IDNA 2008, as the library idna does it for the command line.
// The browser's own parser of addresses maps, encodes and checks most; what only IDNA 2008 refuses is refused here.

const DOTS = /[.\u3002\uff0e\uff61]/u;
const NO_HOST_SIGN = /[^-a-z0-9\u{80}-\u{10ffff}]/u;
const MOST_DIGITS = 253; // of a host name (RFC 1035)

const LAST_SIGN = 0x10ffff;
const MOST_PLACES = 64 * LAST_SIGN; // more signs than a label has

// What a label may hold (RFC 5892, section 3): exceptions first, then letters, digits and marks without the ignorable.
const EXCEPTIONS = /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]/u;
const REFUSED = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/u;
const OLD_HANGUL = /[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb]/u;
const IGNORABLE = /[\u20d0-\u20ff\u{1d100}-\u{1d24f}]|\p{Default_Ignorable_Code_Point}/u;
const LETTERS = /[\p{Ll}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}\u13a0-\u13f5]/u; // Cherokee is written in capitals
const JOINERS = /[\u200c\u200d]/u; // the browser checks their neighbours

// What stands only beside certain others (RFC 5892, appendix A): sign -> whether it may stand at this place of a label.
const BESIDE = [
  [/\u00b7/u, (signs, at) => signs[at - 1] === "l" && signs[at + 1] === "l"],
  [/\u0375/u, (signs, at) => /\p{Script=Greek}/u.test(signs[at + 1] ?? "")],
  [/[\u05f3\u05f4]/u, (signs, at) => /\p{Script=Hebrew}/u.test(signs[at - 1] ?? "")],
  [/\u30fb/u, (signs) => signs.some((sign) => sign !== "\u30fb" && /[\p{sc=Hira}\p{sc=Kana}\p{sc=Han}]/u.test(sign))],
  [/[\u0660-\u0669]/u, (signs) => !signs.some((sign) => /[\u06f0-\u06f9]/u.test(sign))],
  [/[\u06f0-\u06f9]/u, (signs) => !signs.some((sign) => /[\u0660-\u0669]/u.test(sign))],
];

// Returns a host name in ASCII; empty for what is none.
export function toAscii(host) {
  const labels = host.split(DOTS).map(asciiLabel);
  const joined = labels.join(".");
  return labels.every(Boolean) && joined.length <= MOST_DIGITS ? joined : "";
}

function asciiLabel(label) {
  if (!label || NO_HOST_SIGN.test(label)) return "";
  if (!/^[a-z0-9-]+$/.test(label)) {
    const ascii = encoded(label);
    return isLabel(ascii.startsWith("xn--") ? fromPunycode(ascii.slice(4)) : ascii) ? ascii : "";
  }
  if (!label.startsWith("xn--")) return isLabel(label) ? label : "";
  const meant = fromPunycode(label.slice(4));
  return isLabel(meant) && encoded(meant) === label ? label : "";
}

function encoded(label) {
  try {
    return new URL(`http://${label}.x/`).hostname.slice(0, -2);
  } catch {
    return "";
  }
}

function isLabel(label) {
  if (!label || label.startsWith("-") || label.endsWith("-") || label.slice(2, 4) === "--") return false;
  const signs = [...label];
  return signs.every((sign, at) => {
    if (/[a-z0-9-]/.test(sign) || EXCEPTIONS.test(sign) || JOINERS.test(sign)) return true;
    const rule = BESIDE.find(([which]) => which.test(sign));
    if (rule) return rule[1](signs, at);
    return LETTERS.test(sign) && !REFUSED.test(sign) && !OLD_HANGUL.test(sign) && !IGNORABLE.test(sign);
  });
}

// RFC 3492, section 6.2; empty for what is no such text.
function fromPunycode(text) {
  const cut = text.lastIndexOf("-");
  const signs = cut > 0 ? [...text.slice(0, cut)] : [];
  let [number, place, bias] = [128, 0, 72];
  for (let at = cut + 1; at < text.length; ) {
    const before = place;
    for (let weight = 1, step = 36; ; step += 36) {
      const digit = parseInt(text[at], 36);
      if (Number.isNaN(digit) || place > MOST_PLACES) return "";
      const value = digit < 10 ? digit + 26 : digit - 10;
      const threshold = Math.min(Math.max(step - bias, 1), 26);
      at += 1;
      place += value * weight;
      if (value < threshold) break;
      weight *= 36 - threshold;
    }
    const count = signs.length + 1;
    bias = adapted(place - before, count, before === 0);
    number += Math.floor(place / count);
    if (number > LAST_SIGN) return "";
    place %= count;
    signs.splice(place, 0, String.fromCodePoint(number));
    place += 1;
  }
  return signs.join("");
}

function adapted(delta, count, isFirst) {
  let left = Math.floor(delta / (isFirst ? 700 : 2));
  left += Math.floor(left / count);
  let step = 0;
  for (; left > 455; step += 36) left = Math.floor(left / 35);
  return step + Math.floor((36 * left) / (left + 38));
}
