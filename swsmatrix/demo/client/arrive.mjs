// Log in, start syncing, sign the own device, refuse devices that their owner has not signed.

import * as sdk from "matrix-js-sdk";
import { AllDevicesIsolationMode, OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";
import { logger } from "matrix-js-sdk/lib/logger.js";

import { until } from "./until.mjs";

logger.setLevel?.("error", false);

const TIMELINE = 200; // events a sync; what is older is not looked at
const START_MS = 60_000;

/**
 * `crossSign: false` makes a person whose device nobody vouches for; `strict: false` one who reads
 * and writes to such devices all the same (MSC4153: the others exclude them). `keeps: true`: their keys
 * are in a store, from which `restart` goes on, as in a browser.
 *
 * Where the account has an identity already, `crossSign` resets it: nobody asks for a recovery key here.
 */
export async function arrive({ homeserver, user, password, crossSign = true, strict = true, keeps = false }) {
  if (keeps) await import("fake-indexeddb/auto");
  const login = await sdk.createClient({ baseUrl: homeserver }).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user },
    password,
    initial_device_display_name: "strict client",
  });
  const device = { userId: login.user_id, deviceId: login.device_id, accessToken: login.access_token };
  const begin = () => start({ baseUrl: homeserver, ...device }, { strict, keeps });
  const session = await sessionFrom(begin);
  if (crossSign) await signOwnDevice(session.client, password);
  return session;
}

/** `restart` leads to the session of the same device from what it has stored; all else is gone. */
async function sessionFrom(begin) {
  const { client, crypto } = await begin();
  const restart = async () => {
    client.stopClient();
    return await sessionFrom(begin);
  };
  return { client, crypto, restart };
}

async function start(account, { strict, keeps }) {
  const client = sdk.createClient({ ...account, timelineSupport: true });
  await client.initRustCrypto({ useIndexedDB: keeps });
  const crypto = client.getCrypto();
  // From its first answer on: what was said to a client that was away is decrypted with that.
  crypto.setDeviceIsolationMode(
    strict ? new OnlySignedDevicesIsolationMode() : new AllDevicesIsolationMode(false),
  );
  // Threads stay in the one timeline of their room: nothing is hidden in a view of its own.
  await client.startClient({ initialSyncLimit: TIMELINE, threadSupport: false, disablePresence: true });
  await until(() => client.isInitialSyncComplete(), START_MS, "the first sync");
  await until(() => deviceIsPublished(client), START_MS, "the keys of this device on the homeserver");
  return { client, crypto };
}

async function deviceIsPublished(client) {
  const body = { device_keys: { [client.getUserId()]: [] } };
  const answer = await client.http.authedRequest("POST", "/keys/query", undefined, body);
  return client.getDeviceId() in (answer.device_keys?.[client.getUserId()] ?? {});
}

async function signOwnDevice(client, password) {
  const crypto = client.getCrypto();
  // An identity that there was must be known first: learnt in between, it would undo the new one.
  await crypto.userHasCrossSigningKeys(client.getUserId(), true);
  await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: async (request) => {
      try {
        return await request(null);
      } catch (error) {
        if (!error.data?.session) throw error;
        const identifier = { type: "m.id.user", user: client.getUserId() };
        return await request({ type: "m.login.password", identifier, password, session: error.data.session });
      }
    },
  });
  await until(() => crypto.isCrossSigningReady(), START_MS, "cross-signing to be ready");
}
