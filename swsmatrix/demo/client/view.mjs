// What a person sees of an event: its current text, whether their client vouches for it, what it hangs on.

import { EventShieldColour, EventShieldReason } from "matrix-js-sdk/lib/crypto-api/index.js";

/** The events of a room that this client has, oldest first, threads included. */
export function eventsOf(client, roomId) {
  const room = client.getRoom(roomId);
  if (!room) return [];
  const timelines = room.getUnfilteredTimelineSet().getTimelines();
  const events = timelines.flatMap((timeline) => timeline.getEvents());
  const known = new Map(events.filter((event) => event.getId()?.startsWith("$")).map((e) => [e.getId(), e]));
  return [...known.values()].sort((a, b) => a.getTs() - b.getTs());
}

/** Enough to pick an event by, without asking the crypto machine. */
export function glance(event) {
  const relation = event.getWireContent()["m.relates_to"] ?? event.getContent()["m.relates_to"] ?? {};
  const content = event.getContent();
  return {
    event: event.getId(),
    room: event.getRoomId(),
    sender: event.getSender(),
    at: event.getTs(),
    type: event.getType(),
    encrypted: event.isEncrypted(),
    redacted: event.isRedacted(),
    edited: event.replacingEvent() !== null,
    text: readable(event) ? (content.body ?? "") : "",
    html: readable(event) ? (content.formatted_body ?? null) : null,
    key: relation.rel_type === "m.annotation" ? relation.key : null,
    relates_to: relation.rel_type ? relation.event_id : null,
    relation: relation.rel_type ?? null,
    reply_to: relation["m.in_reply_to"]?.event_id ?? null,
    failure: event.isDecryptionFailure() ? event.decryptionFailureReason : null,
  };
}

const readable = (event) => !event.isDecryptionFailure() && !event.isBeingDecrypted();

/** `glance`, and what the crypto machine says of the sender: `shield` is null for cleartext. */
export async function view(crypto, event) {
  const info = event.isEncrypted() ? await crypto.getEncryptionInfoForEvent(event) : null;
  const reason = info?.shieldReason ?? null;
  return {
    ...glance(event),
    content: event.getContent(),
    state_key: event.getStateKey() ?? null,
    shield: info ? EventShieldColour[info.shieldColour] : null,
    shield_reason: reason === null ? null : EventShieldReason[reason],
  };
}
