// Verifying somebody by comparing emojis, as a person does it in Element.

import { VerificationPhase } from "matrix-js-sdk/lib/crypto-api/verification.js";

import { until } from "./until.mjs";

const STEP_MS = 30_000;

/** `compare` begins and shows the emojis; `confirm` says whether they are the same, and waits for the end. */
export function verifying(crypto) {
  let request = null;
  let shown = null;
  const over = () => [VerificationPhase.Done, VerificationPhase.Cancelled].includes(request.phase);
  const reached = (phase) => until(() => request.phase === phase || over(), STEP_MS, "the other side");
  // What was signed comes back from the homeserver.
  const isTrusted = async () => (await crypto.getUserVerificationStatus(request.otherUserId)).isVerified();
  const outcome = () => ({ verified: request.phase === VerificationPhase.Done, code: request.cancellationCode });
  return {
    // In `room`, a direct chat, or else with `device` itself. No emojis: it was refused.
    compare: async ({ user, device, room }) => {
      await crypto.getUserDeviceInfo([user], true);
      request = room
        ? await crypto.requestVerificationDM(user, room)
        : await crypto.requestDeviceVerification(user, device);
      await reached(VerificationPhase.Ready);
      if (over()) return { emojis: [], ...outcome() };
      const verifier = await request.startVerification("m.sas.v1");
      verifier.verify().catch(() => {});
      shown = await until(() => verifier.getShowSasCallbacks() ?? over(), STEP_MS, "the emojis");
      return { emojis: (shown.sas?.emoji ?? []).map((emoji) => emoji.join(" ")), ...outcome() };
    },
    confirm: async ({ same }) => {
      if (same) await shown.confirm();
      else shown.mismatch();
      await until(over, STEP_MS, "the end of the verification");
      if (request.phase === VerificationPhase.Done) await until(isTrusted, STEP_MS, "the signature");
      return outcome();
    },
  };
}
