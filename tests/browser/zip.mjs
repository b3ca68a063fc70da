// Reads a zip file as everybody does, from its end: names and contents.

import { inflateRawSync } from "node:zlib";

/** The files of an archive. Fails where one is damaged or would land outside of its folder. */
export function unzip(bytes) {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end < 0) throw new Error("this is no zip file");
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const [packed, size, offset] = [20, 24, 42].map((place) => bytes.readUInt32LE(at + place));
    const path = bytes.subarray(at + 46, at + 46 + name).toString("utf8");
    if (path.startsWith("/") || path.split("/").includes("..")) throw new Error(`${path} lies outside`);
    const body = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    const content = inflateRawSync(bytes.subarray(body, body + packed));
    if (content.length !== size) throw new Error(`${path} is damaged`);
    files.set(path, content);
    at += 46 + name + extra + comment;
  }
  return files;
}
