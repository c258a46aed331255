import { createHmac, timingSafeEqual } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import type { RelayedReply } from './connectedBots';

/**
 * A reply on its way from a worker through the chunks of a streaming execution. These also carry what a model says, so a reply is
 * signed with the secret of the bot: no text of a model can pass for one.
 */

const MARK = '{"wecomBot":';

/** Seals a reply of a process without the connection for the one that has it. */
export function sealRelay(reply: RelayedReply, secret: string): IDataObject {
	const wecomBot = JSON.stringify(reply);
	return { wecomBot, signature: signatureOf(wecomBot, secret) };
}

/**
 * Opens a sealed reply. undefined for an ordinary text; 'forged' for one that looks like a reply, but was not sealed for this
 * bot.
 */
export function openRelay(content: string, secret: string): RelayedReply | 'forged' | undefined {
	if (!content.startsWith(MARK)) return undefined;
	try {
		const { wecomBot, signature } = JSON.parse(content) as Record<string, unknown>;
		if (typeof wecomBot !== 'string' || typeof signature !== 'string') return 'forged';
		const [given, right] = [signature, signatureOf(wecomBot, secret)].map((text) =>
			Buffer.from(text, 'utf8'),
		);
		const isOurs = given.length === right.length && timingSafeEqual(given, right);
		return isOurs ? (JSON.parse(wecomBot) as RelayedReply) : 'forged';
	} catch {
		return undefined;
	}
}

const signatureOf = (text: string, secret: string): string =>
	createHmac('sha256', secret).update(text).digest('hex');
