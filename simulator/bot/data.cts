/** Two invented AI bots, one of each mode. No key here is real. */
import type { Bot } from './state.cts';

const NOBODY = { url: '', token: '', encodingAesKey: '' };

/** A bot that talks over the long connection. */
export const DEMO_BOT: Bot = {
	botId: 'aibDemoSocket0000000000000001',
	name: '云帆助手',
	mode: 'websocket',
	secret: 'SXmGzB0r1kYp7Qv4HtWdN9uLc2JfEaTo6iRxKsVb3Mg',
	callback: NOBODY,
	responseUrls: true,
};

/** A bot whose messages come as callbacks. */
export const DEMO_CALLBACK_BOT: Bot = {
	botId: 'aibDemoCallback00000000000002',
	name: '云帆客服',
	mode: 'callback',
	secret: '',
	callback: {
		url: 'http://127.0.0.1:5678/webhook/wecom-bot',
		token: 'q8ZcT4mWv1LxN7bKdR2y',
		encodingAesKey: 'h3KzW8qTn5VbXc1MfYg7RpLd9SjA2uEo6iQtHwBv4Nk',
	},
	responseUrls: true,
};
