/** What the README promises on every n8n it names, and where older n8n differs. */
import { isAtLeast } from '../support/n8n-release.cts';

export interface PromiseRow {
	/** As the tables name it. */
	title: string;
	/** The e2e files that prove it. */
	files: string[];
	/** The first release that it is promised on. */
	since?: string;
}

export const PROMISES: PromiseRow[] = [
	{ title: 'Callbacks: verified, confirmed, once', files: ['callbacks'] },
	{ title: 'Nothing lost, nothing twice', files: ['outcome'], since: '2.8' },
	{ title: 'Replies to callbacks', files: ['replies'] },
	{ title: 'Customer service and files', files: ['intake'] },
	{ title: 'Tokens, credential test, lists', files: ['tokens'] },
	{ title: 'Credentials stay as entered', files: ['credentials'] },
	{ title: 'Service providers', files: ['suite'] },
	{ title: 'Logins', files: ['login'] },
	{ title: 'API > Call, agent tool', files: ['api'] },
	{ title: 'AI bots', files: ['bot', 'bot-callback'] },
	{ title: 'Answers of AI agents word by word', files: ['bot-agent'], since: '2.35' },
	{ title: 'Questions to people', files: ['send-and-wait'] },
	{ title: 'Chat archive', files: ['chat-archive'] },
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

const ANSWERED_EARLY =
	'n8n answers a callback before it has stored the execution. If the database refuses it, or n8n ends in between, WeCom does not come back and the callback is lost.';
const HUMAN_REVIEW =
	'n8n knows no human review for agents (the tool variant of WeCom Send and Wait).';
const LOG_ONLY =
	'What stops a trigger that keeps running (another program has taken the long connection of an AI bot, a key of the chat archive is missing) is reported in the log of n8n only, not as a failed execution.';

export const DIFFERENCES: Difference[] = [
	{
		test: 'a database that refuses the execution leaves the callback to be sent again: one that is answered at once',
		since: '2.8',
		meaning: ANSWERED_EARLY,
	},
	{
		test: 'a published workflow is told when another program takes the bot, does not take it back, and works when published again',
		since: '2.7',
		meaning: LOG_ONLY,
	},
	{
		test: 'the chat archive a missing key: a failed execution says which file to add, and with it reading goes on',
		since: '2.7',
		meaning: LOG_ONLY,
	},
	...[
		'an AI agent that needs a permission does it after an approval, not before, and not after a stranger has pressed',
		'an AI agent that needs a permission hears why it was declined',
		'the example workflows an agent tells everybody only what its supervisor has approved',
	].map((test) => ({ test, since: '2.0', meaning: HUMAN_REVIEW })),
];

/** What is promised on a release. */
export const promisedOn = (version: string): PromiseRow[] =>
	PROMISES.filter(({ since }) => since === undefined || isAtLeast(version, since));
