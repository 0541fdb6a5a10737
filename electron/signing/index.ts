/** Signing and encryption of the Channels protocol: pure functions, which run where the secrets are. */
export { decodeBase64, encodeBase64 } from './base64.ts';
export {
  type AuthProblem,
  type AuthVerification,
  type ChannelToSign,
  type FindSecret,
  isSocketId,
  signChannel,
  signUser,
  type UserToSign,
  verifyChannelAuth,
  verifyUserAuth,
} from './channel-auth.ts';
export {
  type Decryption,
  type DecryptionKey,
  decryptEvent,
  type EncryptedData,
  encryptEvent,
  readEncryptedData,
} from './encryption.ts';
export { deriveChannelKey, generateMasterKey, masterKeyBytes, parseMasterKey } from './master-key.ts';
export {
  type RequestProblem,
  type RequestToSign,
  type RequestToVerify,
  type RequestVerification,
  type SignedRequest,
  signRequest,
  timestampWindowSeconds,
  verifyRequest,
} from './request.ts';
export { boxOverheadBytes, newBoxNonce, openBox, sealBox } from './secretbox.ts';
export { signWebhook, verifyWebhook, type WebhookProblem, type WebhookVerification } from './webhook.ts';
