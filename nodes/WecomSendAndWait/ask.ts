import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { WAIT_INDEFINITELY } from 'n8n-workflow';
import { connectedBot } from '../shared/bot/connectedBots';
import { WecomClient } from '../shared/client/client';
import { answerKey } from '../shared/sendAndWait/answerKey';
import { handoverKeys } from '../shared/sendAndWait/seal';
import { QUESTION_KEY, type Keys } from './card';
import { CREDENTIALS } from './credentials';
import { formProblem, readForm, type Asked } from './form';
import { isOneOf, membersOf } from './people';
import { keepQuestion, type Question } from './question';
import { hint, sendByApp, sendByBot } from './send';
import { startTimers } from './timers';

/** Asks, and lets the execution wait. */

export async function ask(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const asked = readForm(context);
	const {
		limit,
		question: { source },
	} = asked;
	if (!asked.question.identify) requireSignature(context);
	const client = source === 'bot' ? undefined : await WecomClient.open(context, 0);
	const question = await withPeople(context, asked, client);
	if (source === 'suite') question.corpId = client?.corpId;
	const links = linksOf(context, question);
	hintAtAddress(context, question, new URL(links.page));
	// A click can be quicker than what comes after sending.
	keepQuestion(context, question);
	if (client) question.sent = await sendByApp(context, client, question, links.page, links.keys);
	else question.to = await sendByBot(context, question, links.page, links.keys);
	keepQuestion(context, question);
	if (limit) prepareOutcome(context, question, limit.approved);
	const type = CREDENTIALS[source];
	const credentials = await context.getCredentials(type, 0);
	const [key] = handoverKeys(type, credentials);
	if (asked.reminder && !client && !connectedBot(credentials))
		hint(
			context,
			'Nobody will be reminded: only the process of n8n that holds the long connection of a bot can do that',
		);
	if (key) startTimers(context, asked, new URL(links.page), key);
	await context.putExecutionToWait(limit?.until ?? WAIT_INDEFINITELY);
	return [context.getInputData()];
}

/**
 * Older n8n checks the signature of the links only when it is told so, and then of the whole address. WeCom's login adds to the one it
 * comes back to: there `ask`, which nobody can guess, makes the link valid, and the login says who opens it.
 */
const requireSignature = (
	context: IExecuteFunctions & { setSignatureValidationRequired?: () => void },
): void => context.setSignatureValidationRequired?.();

/** With the people behind departments and tags, where it matters who they are. */
async function withPeople(
	context: IExecuteFunctions,
	{ question, allowedPeople, neededAnswers }: Asked,
	client?: WecomClient,
): Promise<Question> {
	const { users, departments, tags } = allowedPeople;
	const restricted = users.length + departments.length + tags.length > 0;
	const all = neededAnswers === 0;
	if (!restricted && !all) return { ...question, needed: neededAnswers };
	const split = (ids?: string) => ids?.split('|') ?? [];
	const { touser, toparty, totag } = question.to;
	const group = restricted
		? allowedPeople
		: { users: split(touser), departments: split(toparty), tags: split(totag) };
	const found = client ? await membersOf(client, group) : group.users;
	// WeCom takes upper and lower case of a user ID for the same.
	const people = [...new Map(found.map((one) => [one.toLowerCase(), one])).values()];
	if (people.length === 0 || isOneOf(people, '@all'))
		throw formProblem(
			context,
			"It is not known who 'Everybody' is",
			"Enter the people, departments or tags under 'Allowed People'.",
		);
	if (neededAnswers > people.length)
		throw formProblem(
			context,
			`${neededAnswers} people are to answer, and only ${people.length} may`,
			"Lower 'Number of People', or allow more people.",
		);
	return {
		...question,
		allowed: people,
		people: people.length,
		needed: all ? people.length : neededAnswers,
	};
}

interface Links {
	page: string;
	/** The keys of the buttons, where the question is answered in the card. */
	keys?: Keys;
}

/** The signed links to this question. Nothing but n8n's signature makes them valid. */
function linksOf(context: IExecuteFunctions, { ask: id, language, answerBy }: Question): Links {
	const link = (more: Record<string, string> = {}) =>
		context.getSignedResumeUrl({ ask: id, lang: language, ...more });
	const page = link();
	if (answerBy === 'link') return { page };
	const key = (more: Record<string, string>) => {
		const made = answerKey(link(more));
		if (made) return made;
		throw formProblem(
			context,
			'The address of this n8n is too long for the buttons of a card',
			"Choose 'Answer By' > 'Link to a Page', or shorten the path in N8N_PATH.",
		);
	};
	return {
		page,
		keys: {
			approve: key({ approved: 'true' }),
			disapprove: key({ approved: 'false' }),
			submit: key({ chosen: QUESTION_KEY }),
		},
	};
}

/** Without a public address n8n gives its own one, which leads nowhere on a phone. */
const OWN_ADDRESS = /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/;

function hintAtAddress(
	context: IExecuteFunctions,
	{ answerBy, withReason }: Question,
	{ origin, hostname }: URL,
): void {
	if ((answerBy === 'card' && !withReason) || !OWN_ADDRESS.test(hostname)) return;
	hint(
		context,
		`The link leads to ${origin}, which no phone can open: set the environment variable N8N_WEBHOOK_URL (older n8n: WEBHOOK_URL), also of its workers, to its public address`,
	);
}

/** When time is up n8n does not call this node again: it passes on the node's input, which becomes the outcome now. */
function prepareOutcome(context: IExecuteFunctions, question: Question, approved: boolean): void {
	const execution = context.getExecuteData();
	const [item] = context.getInputData();
	const data: IDataObject = {
		...(question.type === 'approval' && { approved }),
		...(question.type === 'approval' && !approved && { chatInput: 'Nobody answered in time.' }),
		timedOut: true,
		respondedAt: new Date(question.until ?? Date.now()).toISOString(),
	};
	// A new list: the old one belongs to the node before.
	execution.data = { ...execution.data, main: [[{ ...item, json: { ...item?.json, data } }]] };
}
