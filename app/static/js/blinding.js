// From a list of e-mail addresses to tokens, in the page: the same tokens as partners/audiences/blinding/ writes.
// Knows no page and no network. Rows that were dropped go back to whoever has the list.

import { normalised } from "./address.js";
import { readTable } from "./table.js";

export const MAX_ROWS = 200_000;
const MAX_SEGMENTS = 12;
const BATCH = 2_000; // rows between two breaths of the page
const DIGITS = 16; // of a token
const PREFIX = "email:v1:";

const LABEL = /^[\p{L}\p{N}_ .\-/&+]{1,40}$/u;
const DIGITS_IN_A_ROW = /\p{Nd}{7}/u;
const HEX_IN_A_ROW = /[0-9a-f]{16}/i;
const MOST_DIGITS = 8; // more is rather a telephone number or a customer's

const EMAIL = [
  "e_mail", "mail", "email_address", "e_mail_address", "mail_address", "邮箱", "电子邮箱", "电子邮件", "邮箱地址",
  "邮件地址", "郵箱", "電子郵箱", "電子郵件", "電郵",
];
const PHONE = [
  "phone_number", "telephone", "telephone_number", "tel", "mobile", "mobile_phone", "mobile_number", "cell_phone",
  "手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "手機", "手機號碼", "電話", "電話號碼",
];
const ALIASES = Object.fromEntries([...EMAIL.map((name) => [name, "email"]), ...PHONE.map((name) => [name, "phone"])]);

// Why a whole list cannot be blinded here; the message is the name of a text, with values for it.
export class NotBlindable extends Error {
  constructor(name, values = {}) {
    super(name);
    this.values = values;
  }
}

// Returns what a file's first line says: "tokens" (nothing to do), "emails", or "neither".
export function kindOf(beginning) {
  const { names } = readTable(firstLine(beginning), ALIASES);
  const isToken = (name) => /^token_[0-9a-f]{12}$/.test(name);
  if (names.some(isToken)) return names.every((name) => isToken(name) || name === "segment") ? "tokens" : "neither";
  return names.includes("email") ? "emails" : "neither";
}

// Returns { csv, header, accepted, duplicates, reasons, failures, hasPhones }. keys: [{ name, key }].
export async function blind(bytes, keys, beat) {
  const table = readTable(bytes, ALIASES);
  if (table.names.filter((name) => name === "email").length !== 1) throw new NotBlindable("no_email");
  const total = countRows(table);
  const gathering = { tokens: [], labels: [], places: new Map([["", 0]]), failures: [], reasons: {} };
  const signers = await Promise.all(keys.map(({ key }) => signerOf(key)));
  let [addresses, done] = [[], 0];
  for (const row of table.rows) {
    done += 1;
    const address = addressIn(row, table, gathering);
    if (address) addresses.push(address);
    if (addresses.length < BATCH) continue;
    await sign(addresses, signers, gathering.tokens);
    addresses = [];
    beat(done, total);
  }
  await sign(addresses, signers, gathering.tokens);
  return finished(gathering, keys, table);
}

function countRows(table) {
  let total = 0;
  for (const row of table.rows) total += row ? 1 : 0;
  if (total > MAX_ROWS) throw new NotBlindable("too_many");
  return total;
}

function addressIn(row, table, gathering) {
  const [at, segmentAt] = [table.names.indexOf("email"), table.names.indexOf("segment")];
  const found = row.problem ? { reason: row.problem } : normalised(row.values[at]);
  if (found.reason) {
    gathering.reasons[found.reason] = (gathering.reasons[found.reason] ?? 0) + 1;
    const { rowNo, values } = row;
    gathering.failures.push({ rowNo, values, column: row.problem ? "" : table.header[at], reason: found.reason });
    return "";
  }
  if (segmentAt >= 0) gathering.labels.push(placeOf(row.values[segmentAt].trim(), row.rowNo, gathering.places));
  return found.address;
}

// The place of a segment's label among all so far, where it is put if it is new.
function placeOf(label, row, places) {
  if (!places.has(label)) {
    if (!isLabel(label)) throw new NotBlindable("not_a_label", { row });
    if (places.size > MAX_SEGMENTS) throw new NotBlindable("too_many_segments", { row, most: MAX_SEGMENTS });
    places.set(label, places.size);
  }
  return places.get(label);
}

function isLabel(text) {
  const digits = text.match(/\p{N}/gu)?.length ?? 0;
  return LABEL.test(text) && digits <= MOST_DIGITS && !DIGITS_IN_A_ROW.test(text) && !HEX_IN_A_ROW.test(text);
}

async function signerOf(key) {
  const held = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const encoder = new TextEncoder();
  return async (address) => token(await crypto.subtle.sign("HMAC", held, encoder.encode(PREFIX + address)));
}

function token(signed) {
  return new DataView(signed).getBigUint64(0).toString(16).padStart(DIGITS, "0");
}

// Adds a row of tokens for each address, one for each key.
async function sign(addresses, signers, tokens) {
  const columns = await Promise.all(signers.map((signer) => Promise.all(addresses.map(signer))));
  for (let at = 0; at < addresses.length; at += 1) tokens.push(columns.map((column) => column[at]));
}

// Sorts by the first token, so that the order of the list does not travel, and keeps each person once.
function finished({ tokens, labels, places, failures, reasons }, keys, { header, names }) {
  const hasSegments = names.includes("segment");
  const named = [...places.keys()];
  const order = [...tokens.keys()].sort((a, b) => (tokens[a][0] < tokens[b][0] ? -1 : +(tokens[a][0] > tokens[b][0])));
  const kept = order.filter((row, at) => !at || tokens[order[at - 1]][0] !== tokens[row][0]);
  const head = [...keys.map(({ name }) => `token_${name}`), ...(hasSegments ? ["segment"] : [])];
  const lines = kept.map((row) => [...tokens[row], ...(hasSegments ? [named[labels[row]]] : [])].join(","));
  return {
    csv: [head.join(","), ...lines, ""].join("\n"),
    header, failures, reasons, accepted: kept.length, duplicates: tokens.length - kept.length,
    hasPhones: names.includes("phone"),
  };
}

function firstLine(bytes) {
  const end = bytes.findIndex((byte) => byte === 10 || byte === 13);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
