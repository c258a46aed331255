import type { CredentialKind } from './question';

/** The credential type of each sender. */
export const CREDENTIALS: Record<CredentialKind, string> = {
	app: 'wecomApi',
	suite: 'wecomSuiteApi',
	bot: 'wecomBotApi',
};
