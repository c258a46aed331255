import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { wrongKey } from '../credentials/appTest';
import { clean } from '../protocol/settings';
import type { BotSettings } from './connection';
import { withReason, type BotFailure } from './errors';
import { botSettings, tryBot } from './connectedBots';

const REASON_MS = 5_000;
const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/** What can be said of Token and EncodingAESKey before WeCom calls; undefined when they are fine. */
function callbackHalfLacks(token: string, encodingAesKey: string): string | undefined {
	if (!token) return 'The Token is missing. Copy it from the page of the bot in WeCom.';
	if (!/^[A-Za-z0-9]{1,32}$/.test(token))
		return 'The Token must have up to 32 letters and digits. Copy it from the page of the bot in WeCom.';
	return wrongKey(encodingAesKey, 'the page of the bot in WeCom');
}

/** Tests the credential of an AI bot. */
export async function wecomBotApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { token, encodingAesKey } = credential.data ?? {};
	const callback = clean(token) || clean(encodingAesKey);
	const settings = botSettings(credential.data ?? {});
	const { botId, secret } = settings;
	if (!callback && !botId && !secret)
		return failed(
			'Enter Bot ID and Secret for a long connection, or Token and EncodingAESKey for URL callbacks.',
		);
	const lack = callback ? callbackHalfLacks(clean(token), clean(encodingAesKey)) : undefined;
	if (lack) return failed(lack);
	if (botId || secret) return await testConnection(this, settings);
	return {
		status: 'OK',
		message: 'Token and EncodingAESKey look right. WeCom checks them when you save the URL there.',
	};
}

/** Tests Bot ID and Secret by connecting: this half can be tried, not only looked at. */
async function testConnection(
	{ helpers }: ICredentialTestFunctions,
	settings: BotSettings,
): Promise<INodeCredentialTestResult> {
	const { botId, secret, url } = settings;
	if (!botId) return failed('The Bot ID is missing. Copy it from the page of the bot in WeCom.');
	if (!secret) return failed('The Secret is missing. Copy it from the page of the bot in WeCom.');
	if (!/^wss?:\/\/[^/]/i.test(url))
		return failed("The WebSocket URL does not begin with 'wss://'. Leave the default, or copy it.");
	try {
		await tryBot(settings);
		return { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		const request = async (to: string) =>
			await helpers.request({ url: to, timeout: REASON_MS, simple: false });
		const { message, description } = (await withReason(error, url, request)) as BotFailure;
		return failed(`${message}. ${description}`);
	}
}
