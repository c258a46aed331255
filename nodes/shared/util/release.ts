import { webhookDescriptionFields } from 'n8n-workflow';

/** True on n8n 2.35 and newer: the function is one of these, and n8n tells nodes its version nowhere. */
export const IS_NEWER_N8N = typeof webhookDescriptionFields === 'function';
