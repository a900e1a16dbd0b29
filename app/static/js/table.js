// Reads a list as programs write it, line by line and with the same answers as partners/tabular.py: comma, semicolon or
// tab; quotes; UTF-8 or GB18030, even mixed. A bad row is a row with a problem. Writes the rows that failed, to mend.

const MAX_COLUMNS = 1000;
const MAX_LINE = 64 * 1024; // characters
const MAX_ROW_LINES = 50;
const FAILURE_COLUMNS = ["row_no", "column", "reason"];
const FORMULA = /^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u; // what a spreadsheet may take for one, or our own mark before one
const DELIMITERS = [",", ";", "\t"];
const NEEDS_QUOTES = /[",\r\n]/;

export class Unreadable extends Error {}

// Returns { header, names, rows }; rows is an iterable of { rowNo, values, problem }. Throws Unreadable.
export function readTable(bytes, aliases) {
  const isUtf16 = [0xfeff, 0xfffe].includes((bytes[0] << 8) | bytes[1]);
  if (!bytes.length || isUtf16) throw new Unreadable();
  const lines = textLines(bytes);
  if (typeof lines[0] !== "string") throw new Unreadable();
  const head = lines[0].replace(/^\ufeff/u, "");
  if (!head.trim() || head.length > MAX_LINE || head.includes("\0")) throw new Unreadable();
  const delimiter = DELIMITERS.reduce((best, one) => (head.split(one).length > head.split(best).length ? one : best));
  let header = fields(head, delimiter);
  if (!header || header.length > MAX_COLUMNS) throw new Unreadable();
  const isMended = FAILURE_COLUMNS.every((name, at) => header.at(at - 3) === name);
  if (isMended) header = header.map(restored);
  const names = header.map((name) => canonical(name, aliases));
  return { header, names, rows: { *[Symbol.iterator]() { yield* rowsOf(lines, header, delimiter, isMended); } } };
}

function* rowsOf(lines, header, delimiter, isMended) {
  for (let at = 1; at < lines.length; at += 1) {
    const row = { rowNo: at + 1, ...rowAt(lines, at, delimiter, header.length) };
    at += row.taken ?? 0;
    if (lines[at] === "" && !row.taken) continue;
    if (row.values.some(Boolean)) yield isMended ? { ...row, values: row.values.map(restored) } : row;
  }
}

// The row that begins with a line: its values, its problem (empty for none), and how many more lines it took.
function rowAt(lines, at, delimiter, width) {
  const line = lines[at];
  if (line instanceof Uint8Array) return { values: [new TextDecoder().decode(line)], problem: "unreadable" };
  if (line.length > MAX_LINE) return { values: [line.slice(0, 200)], problem: "line_too_long" };
  if (line.includes("\0")) return { values: [line.replaceAll("\0", "?")], problem: "unreadable" };
  const values = line.includes('"') ? fields(line, delimiter) : line.split(delimiter);
  if (values) return { values, problem: values.length === width ? "" : "wrong_field_count" };
  return runningOn(lines, at, delimiter, width) ?? { values: [line], problem: "open_quote" };
}

// A line whose quote is open together with the next ones, until they make a whole row.
function runningOn(lines, at, delimiter, width) {
  let text = lines[at];
  for (let taken = 1; taken < MAX_ROW_LINES; taken += 1) {
    const more = lines[at + taken];
    if (typeof more !== "string" || text.length > MAX_LINE) return null;
    text += `\n${more}`;
    const values = fields(text, delimiter);
    if (values?.length === width) return { values, problem: "", taken };
  }
  return null;
}

// The fields of the first row; null where a quote is open or misplaced. A quote counts only where a field begins.
function fields(text, delimiter) {
  const found = [];
  for (let at = 0; ; at += 1) {
    let end = text[at] === '"' ? closingQuote(text, at) : at;
    if (end < 0) return null;
    if (end > at) {
      found.push(text.slice(at + 1, end).replaceAll('""', '"'));
      end += 1;
      if (end < text.length && text[end] !== delimiter && text[end] !== "\n") return null;
    } else {
      while (end < text.length && text[end] !== delimiter && text[end] !== "\n") end += 1;
      found.push(text.slice(at, end));
    }
    if (text[end] !== delimiter) return found;
    at = end;
  }
}

function closingQuote(text, open) {
  let at = text.indexOf('"', open + 1);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

// The text of each line; its bytes where it is text in neither encoding.
function textLines(bytes) {
  try {
    return decoded(bytes, "utf-8").replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  } catch {
    return byteLines(bytes).map((line) => {
      for (const encoding of ["utf-8", "gb18030"]) {
        try {
          return decoded(line, encoding);
        } catch {
          // the next one
        }
      }
      return line;
    });
  }
}

function decoded(bytes, encoding) {
  return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
}

function byteLines(bytes) {
  const [carriage, feed] = [13, 10];
  const lines = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== carriage && bytes[at] !== feed) continue;
    lines.push(bytes.subarray(start, at));
    if (bytes[at] === carriage && bytes[at + 1] === feed) at += 1;
    start = at + 1;
  }
  if (start < bytes.length) lines.push(bytes.subarray(start));
  return lines;
}

function canonical(name, aliases) {
  const plain = name.trim().toLowerCase().replace(/[\s-]+/gu, "_");
  return aliases[plain] ?? plain;
}

function restored(cell) {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

// The rows that failed as CSV, with their own columns and why; with a byte order mark, which spreadsheets need.
export function failedCsv(header, failures) {
  const isMended = FAILURE_COLUMNS.every((name, at) => header.at(at - 3) === name);
  const own = isMended ? header.length - 3 : header.length;
  const rows = failures.map(({ rowNo, values, column, reason }) => {
    const cells = [...values.slice(0, own), ...Array(Math.max(own - values.length, 0)).fill("")];
    const surplus = values.slice(header.length);
    if (surplus.length && cells.length) cells.push([cells.pop(), ...surplus].join(","));
    return [...cells, String(rowNo), column, reason];
  });
  return `\ufeff${[[...header.slice(0, own), ...FAILURE_COLUMNS], ...rows].map(csvLine).join("")}`;
}

function csvLine(cells) {
  const safe = cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell));
  return `${safe.map((cell) => (NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`;
}
