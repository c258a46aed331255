import type { Source } from './question';

/** The credential type of each sender. */
export const CREDENTIALS: Record<Source, string> = {
	app: 'wecomApi',
	suite: 'wecomSuiteApi',
	bot: 'wecomBotApi',
};
