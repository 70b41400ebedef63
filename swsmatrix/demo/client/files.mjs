// Files in encrypted rooms: sealed and opened by the same library that Element X uses.

import { Attachment, EncryptedAttachment } from "@matrix-org/matrix-sdk-crypto-wasm";

/** `say(room, content)` sends a message. Bytes come and go as base64. */
export function files(client, say) {
  const authorized = { Authorization: `Bearer ${client.getAccessToken()}` };
  const leave = async (bytes) => {
    const response = await fetch(`${client.getHomeserverUrl()}/_matrix/media/v3/upload`, {
      method: "POST",
      headers: { ...authorized, "Content-Type": "application/octet-stream" },
      body: bytes,
    });
    if (!response.ok) throw new Error(`the homeserver did not take a file: ${response.status}`);
    return (await response.json()).content_uri;
  };
  return {
    // `sealed: false`: in clear on the homeserver, as some clients do it.
    send_file: async ({ room, data, caption, name, msgtype, sealed }) => {
      const plain = Buffer.from(data, "base64");
      const content = { msgtype, body: caption, filename: name, info: { size: plain.length }, "m.mentions": {} };
      if (!sealed) return await say(room, { ...content, url: await leave(plain) });
      const attachment = Attachment.encrypt(plain);
      const url = await leave(attachment.encryptedData);
      return await say(room, { ...content, file: { ...JSON.parse(attachment.mediaEncryptionInfo), url } });
    },
    // Throws when it is not what was sent.
    open_file: async ({ file }) => {
      const { url, ...info } = file;
      const response = await fetch(client.mxcUrlToHttp(url, undefined, undefined, undefined, true, false, true), {
        headers: authorized,
      });
      if (!response.ok) throw new Error(`the homeserver has no such file: ${response.status}`);
      const sealed = new Uint8Array(await response.arrayBuffer());
      const plain = Attachment.decrypt(new EncryptedAttachment(sealed, JSON.stringify(info)));
      return { data: Buffer.from(plain).toString("base64") };
    },
  };
}
