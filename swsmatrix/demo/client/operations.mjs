// What a person can do. Every operation takes and returns plain JSON objects.

import { files } from "./files.mjs";
import { until, within } from "./until.mjs";
import { verifying } from "./verifying.mjs";
import { eventsOf, glance, view } from "./view.mjs";

const SEEN_MS = 20_000;

/** The operations of one person, by name. */
export function operations({ client, crypto }) {
  return {
    ...self(client, crypto),
    ...rooms(client),
    ...messages(client, crypto),
    ...people(client, crypto),
    ...verifying(crypto),
  };
}

function self(client, crypto) {
  return {
    info: async () => ({
      user: client.getUserId(),
      device: client.getDeviceId(),
      cross_signed: await crypto.isCrossSigningReady(),
      crypto: crypto.getVersion(),
    }),
    http: async ({ method, path, body }) => {
      const response = await fetch(client.getHomeserverUrl() + path, {
        method,
        headers: { Authorization: `Bearer ${client.getAccessToken()}`, "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    },
    logout: async () => {
      await client.logout(true);
      return {};
    },
  };
}

function rooms(client) {
  const membership = (room) => client.getRoom(room)?.getMyMembership();
  const invitations = () =>
    client
      .getRooms()
      .filter((room) => room.getMyMembership() === "invite")
      .map((room) => invitation(client, room));
  return {
    create: async ({ name, alias, invite = [], encrypted, history, join_rule, power, direct, preset }) => {
      const state = [];
      const put = (type, content) => state.push({ type, state_key: "", content });
      if (encrypted) put("m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" });
      if (history) put("m.room.history_visibility", { history_visibility: history });
      if (join_rule) put("m.room.join_rules", { join_rule });
      const { room_id: room } = await client.createRoom({
        name: name ?? undefined,
        room_alias_name: alias ?? undefined,
        invite,
        is_direct: direct,
        preset,
        visibility: "private",
        initial_state: state,
        power_level_content_override: power ?? undefined,
      });
      await until(() => client.getRoom(room)?.getMyMembership() === "join", SEEN_MS, "the room just made");
      if (direct && invite.length === 1) await markDirect(client, room, invite[0]);
      return { room };
    },
    join: async ({ room }) => {
      const { roomId } = await client.joinRoom(room);
      await until(() => membership(roomId) === "join", SEEN_MS, "the room just joined");
      return { room: roomId };
    },
    // Of an invitation: decline it. The homeserver is certain then; this client, once it shows it so.
    leave: async ({ room }) => {
      await client.leave(room);
      await until(() => membership(room) === "leave", SEEN_MS, "the room just left");
      return {};
    },
    invite: async ({ room, user }) => {
      await client.invite(room, user);
      return {};
    },
    kick: async ({ room, user }) => {
      await client.kick(room, user);
      return {};
    },
    invitations: async () => ({ invitations: invitations() }),
    wait_invitation: async ({ sender, name, timeout }) => {
      const fits = () =>
        invitations().find((found) => (!sender || found.sender === sender) && (!name || found.name === name));
      return { invitation: await within(fits, timeout) };
    },
    accept: async ({ room }) => {
      const offered = invitations().find((found) => found.room === room);
      await client.joinRoom(room);
      await until(() => membership(room) === "join", SEEN_MS, "the room just joined");
      if (offered?.direct) await markDirect(client, room, offered.sender);
      return { room };
    },
    rooms: async () => ({
      rooms: client.getRooms().map((room) => ({
        room: room.roomId,
        name: room.name,
        alias: room.getCanonicalAlias(),
        membership: room.getMyMembership(),
        version: room.getVersion(),
        encrypted: room.hasEncryptionStateEvent(),
      })),
    }),
    members: async ({ room }) => ({
      members: (client.getRoom(room)?.getMembers() ?? []).map((member) => ({
        user: member.userId,
        name: member.name,
        membership: member.membership,
        power: Number.isFinite(member.powerLevel) ? member.powerLevel : "infinite",
      })),
    }),
    wait_member: async ({ room, user, membership: wanted, timeout }) => ({
      found: !!(await within(() => client.getRoom(room)?.getMember(user)?.membership === wanted, timeout)),
    }),
    direct: async ({ room }) => {
      const listed = Object.entries(client.getAccountData("m.direct")?.getContent() ?? {});
      return { users: listed.filter(([, rooms]) => rooms.includes(room)).map(([user]) => user) };
    },
    state: async ({ room, type, key = "" }) => ({ content: await client.getStateEvent(room, type, key) }),
  };
}

function invitation(client, room) {
  const event = room.getMember(client.getUserId())?.events.member;
  return {
    room: room.roomId,
    name: room.name,
    sender: event?.getSender() ?? "",
    direct: event?.getContent().is_direct ?? false,
    encrypted: room.hasEncryptionStateEvent(),
  };
}

async function markDirect(client, room, user) {
  const direct = { ...(client.getAccountData("m.direct")?.getContent() ?? {}) };
  direct[user] = [...new Set([...(direct[user] ?? []), room])];
  await client.setAccountData("m.direct", direct);
}

function messages(client, crypto) {
  const say = async (room, content) => {
    await until(() => client.getRoom(room), SEEN_MS, "a room to speak in");
    const { event_id: event } = await until(() => sent(room, content), SEEN_MS, "encryption in that room");
    return { event };
  };
  // After a restart a room is known a moment before it can be encrypted for.
  const sent = async (room, content) => {
    try {
      return await client.sendEvent(room, "m.room.message", content);
    } catch (error) {
      if (!error.message?.includes("unconfigured room")) throw error;
      return null;
    }
  };
  return {
    ...files(client, say),
    send: async ({ room, text, html, reply_to, thread, mentions, msgtype }) =>
      await say(room, { ...textContent(text, html, mentions, msgtype), ...relation(reply_to, thread) }),
    edit: async ({ room, event, text, html, mentions }) =>
      await say(room, {
        ...textContent(`* ${text}`, html ? `* ${html}` : null, []),
        "m.new_content": textContent(text, html, mentions),
        "m.relates_to": { rel_type: "m.replace", event_id: event },
      }),
    react: async ({ room, event, key }) => {
      const content = { "m.relates_to": { rel_type: "m.annotation", event_id: event, key } };
      const { event_id: id } = await client.sendEvent(room, "m.reaction", content);
      return { event: id };
    },
    redact: async ({ room, event, reason }) => {
      const options = reason ? { reason } : undefined;
      const { event_id: id } = await client.redactEvent(room, event, undefined, options);
      return { event: id };
    },
    raw: async ({ room, type, content, state_key }) => {
      const sent =
        state_key === undefined
          ? await client.sendEvent(room, type, content)
          : await client.sendStateEvent(room, type, content, state_key);
      return { event: sent.event_id };
    },
    events: async ({ room }) => ({
      events: await Promise.all(eventsOf(client, room).map((event) => view(crypto, event))),
    }),
    wait: async ({ room, match, timeout }) => {
      const fits = () => eventsOf(client, room).find((event) => matches(glance(event), match));
      const found = await within(fits, timeout);
      return { event: found ? await view(crypto, found) : null };
    },
    discard: async ({ room }) => {
      await crypto.forceDiscardSession(room);
      return {};
    },
  };
}

/**
 * `text` is looked for inside; `failed` asks for (un)readability; everything else must be equal.
 * An edit shows as the new text of what it edits, not as a message of its own, unless asked for by `relation`.
 */
function matches(seen, { text, failed, ...rest }) {
  if (seen.relation === "m.replace" && rest.relation === undefined) return false;
  if (text !== undefined && !seen.text.includes(text)) return false;
  if (failed !== undefined && (seen.failure !== null) !== failed) return false;
  return Object.entries(rest).every(([name, value]) => seen[name] === value);
}

function textContent(text, html, mentions = [], msgtype = "m.text") {
  return {
    msgtype,
    body: text,
    ...(html ? { format: "org.matrix.custom.html", formatted_body: html } : {}),
    "m.mentions": mentions.length ? { user_ids: mentions } : {},
  };
}

function relation(replyTo, thread) {
  const reply = replyTo ? { "m.in_reply_to": { event_id: replyTo } } : {};
  if (thread) {
    const fallback = replyTo ? reply : { "m.in_reply_to": { event_id: thread } };
    const head = { rel_type: "m.thread", event_id: thread, is_falling_back: !replyTo };
    return { "m.relates_to": { ...head, ...fallback } };
  }
  return replyTo ? { "m.relates_to": reply } : {};
}

function people(client, crypto) {
  const known = async (user) => (await crypto.getUserDeviceInfo([user], true)).get(user) ?? new Map();
  return {
    devices: async ({ user }) => {
      const found = await known(user);
      const devices = await Promise.all(
        [...found].map(async ([id, device]) => {
          const status = await crypto.getDeviceVerificationStatus(user, id);
          return {
            device: id,
            name: device.displayName ?? "",
            fingerprint: device.getFingerprint(),
            signed: status?.signedByOwner ?? false,
          };
        }),
      );
      return { devices };
    },
    sign: async ({ device }) => {
      await until(async () => (await known(client.getUserId())).has(device), SEEN_MS, "that device");
      await crypto.crossSignDevice(device);
      return {};
    },
    user: async ({ user }) => {
      const hasIdentity = await crypto.userHasCrossSigningKeys(user, true);
      const status = await crypto.getUserVerificationStatus(user);
      return {
        has_identity: hasIdentity,
        needs_approval: status.needsUserApproval,
        verified: status.isVerified(),
      };
    },
  };
}
