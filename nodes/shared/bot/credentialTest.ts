import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { wrongKey } from '../api/credentialTest';
import { clean } from '../api/settings';

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/** What can be said of Token and EncodingAESKey before WeCom calls; undefined when they are fine. */
export function callbackHalfLacks(token: string, encodingAesKey: string): string | undefined {
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
	const { botId, botSecret, token, encodingAesKey } = credential.data ?? {};
	const callback = clean(token) || clean(encodingAesKey);
	if (!callback && !clean(botId) && !clean(botSecret))
		return failed(
			'Enter Bot ID and Secret for a long connection, or Token and EncodingAESKey for URL callbacks.',
		);
	const lack = callback ? callbackHalfLacks(clean(token), clean(encodingAesKey)) : undefined;
	if (lack) return failed(lack);
	return {
		status: 'OK',
		message: 'Token and EncodingAESKey look right. WeCom checks them when you save the URL there.',
	};
}
