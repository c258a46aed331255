/** What the README promises on every n8n it names, and where older n8n differs. */

export interface PromiseRow {
	/** As the tables name it. */
	title: string;
	/** The e2e files that prove it. */
	files: string[];
}

export const PROMISES: PromiseRow[] = [
	{ title: 'Callbacks: verified, confirmed, once', files: ['callbacks'] },
	{ title: 'Replies to callbacks', files: ['replies'] },
	{ title: 'Customer service and files', files: ['intake'] },
	{ title: 'Tokens, credential test, lists', files: ['tokens'] },
	{ title: 'Credentials stay as entered', files: ['credentials'] },
	{ title: 'Service providers', files: ['suite'] },
	{ title: 'Logins', files: ['login'] },
	{ title: 'API > Call, agent tool', files: ['api'] },
	{ title: 'AI bots', files: ['bot', 'bot-callback', 'bot-agent'] },
	{ title: 'Message push', files: ['message-push'] },
	{ title: 'Customers', files: ['customers'] },
	{ title: 'Example workflows', files: ['daily-work'] },
];

/** A test that fails before an n8n release, for a reason that lies in n8n. */
export interface Difference {
	/** The test's full name. */
	test: string;
	/** The first release with which it passes. */
	since: string;
	/** What that means to a person. */
	meaning: string;
}

export const DIFFERENCES: Difference[] = [
	{
		test: 'a database that refuses the execution leaves the callback to be sent again: one that is answered at once',
		since: '2.8',
		meaning:
			'n8n answers a callback before it has stored the execution. If the database refuses it, or n8n ends in between, WeCom does not come back and the callback is lost.',
	},
];
