/**
 * How long n8n's editor takes to open the WeCom node, beside n8n's own Slack node: both in their first form, with a credential.
 *
 * The same run shows what n8n's editor itself takes, by giving it other descriptions of the WeCom node: with the fields that are drawn and
 * nothing else, and with those of Slack's node. No description of the WeCom node with as many fields gets below that.
 *
 * Measured with n8n 2.41.1 in two runs, first and next opening, in Slack's time: the node 1.10 and 1.39, 1.28 and 1.38; the fields that it
 * draws and nothing else 1.14 and 1.15, 1.26 and 1.30; Slack's fields in their place 0.82 and 0.86, 0.94 and 0.97. So it is the drawing:
 * Message > Send draws eight fields since Send To asks which lists there shall be, two more than Slack's, a list of members and a second
 * collection. For each property the editor also looks through all of them, twice for each credential that a field shows, so only the
 * two that Authentication chooses between are shown by one. The budget is that of the design.
 */
import { NodeHelpers, type INodeProperties, type INodeTypeDescription } from 'n8n-workflow';
import type { Browser, Page } from 'playwright-core';
import { editorContext, findChromium, launchBrowser } from '../support/browser.cts';
import { say } from '../support/child.cts';
import { closeNode, openNode } from '../support/editor.cts';
import type { N8nRest } from '../support/n8n-rest.cts';
import { atMost, information, type Row } from './report.cts';
import { interleave, median, medianRatio } from './stats.cts';

const ROUNDS = 9;
const WECOM = 'n8n-nodes-wecom-kit.wecom';
const SLACK = { type: 'n8n-nodes-base.slack', typeVersion: 2.3 };
const NAMES = ['wecom', 'slack', 'fields', 'slackFields', 'bare'] as const;

type Name = (typeof NAMES)[number];
type Credential = { id: string; name: string };
type Description = INodeTypeDescription & { version: number | number[] };

interface Times {
	/** The first opening after the page was loaded, and the next one, in milliseconds. */
	cold: number;
	warm: number;
}

/** What the editor is told of the WeCom node instead, to see what its own part costs. */
const INSTEAD: Partial<Record<Name, (own: Description, all: Description[]) => Description>> = {
	fields: (own) => ({ ...own, properties: drawnOf(own) }),
	slackFields: (own, all) => {
		const slack = all.find(
			({ name, version }) => name === SLACK.type && [version].flat().includes(SLACK.typeVersion),
		)!;
		const [app, suite] = own.credentials!;
		const shownBy = (...authentication: string[]) => ({
			displayOptions: { show: { authentication } },
		});
		const credentials = [
			{ ...app, ...shownBy('accessToken') },
			{ ...suite, ...shownBy('oAuth2') },
		];
		return { ...own, properties: slack.properties, credentials };
	},
};

/** The fields of a node's first form, without conditions. */
function drawnOf(description: Description): INodeProperties[] {
	const { properties } = description;
	const node = { typeVersion: 1 };
	const values = NodeHelpers.getNodeParameters(
		properties,
		{},
		true,
		false,
		node as never,
		description,
	)!;
	return properties
		.filter((property) => NodeHelpers.displayParameter(values, property, node, description))
		.map(({ displayOptions: _condition, ...property }) => property);
}

export async function editorRows(rest: N8nRest, credential: Credential): Promise<Row[]> {
	if (!findChromium()) return [information('opening the WeCom node in the editor', 'no Chromium')];
	const token = { accessToken: 'xoxb-1' };
	const { id, name } = await rest.createCredential('Slack (bench)', 'slackApi', token);
	const wecom = { type: WECOM, credentials: { wecomApi: credential } };
	const nodes: Record<Name, { type: string }> = {
		wecom,
		slack: { ...SLACK, credentials: { slackApi: { id, name } } } as never,
		fields: wecom,
		slackFields: wecom,
		bare: { type: 'n8n-nodes-base.limit' },
	};
	say(`Opening nodes in the editor: ${ROUNDS} rounds of ${NAMES.length} nodes ...`);
	const browser = await launchBrowser();
	try {
		const contestants = {} as Record<Name, () => Promise<Times>>;
		for (const name of NAMES) {
			const node = { name, parameters: {}, ...nodes[name] };
			const workflow = await rest.createWorkflow({ name: `open ${name}`, nodes: [node] });
			const page = await pageFor(name, browser, rest);
			contestants[name] = async () => await openTwice(page, workflow.id, name);
		}
		// The scripts of the editor come from the browser's memory from then on.
		await interleave(contestants, 1);
		const times = await interleave(contestants, ROUNDS);
		return [...report(times, 'cold'), ...report(times, 'warm')];
	} finally {
		await browser.close();
	}
}

/** A page of the editor, which is told of the WeCom node what this contestant is about. */
async function pageFor(name: Name, browser: Browser, rest: N8nRest): Promise<Page> {
	const context = await editorContext(browser, rest.n8n, rest.sessionCookie);
	const instead = INSTEAD[name];
	if (instead) {
		await context.route('**/types/nodes.json*', async (route) => {
			const response = await route.fetch();
			const types = (await response.json()) as Description[];
			const json = types.map((type) => (type.name === WECOM ? instead(type, types) : type));
			await route.fulfill({ response, json });
		});
	}
	const page = await context.newPage();
	page.setDefaultTimeout(45_000);
	return page;
}

async function openTwice(page: Page, workflow: string, name: Name): Promise<Times> {
	await page.goto(`/workflow/${workflow}`);
	await page.getByTestId('canvas-node').first().waitFor();
	const cold = await timeToOpen(page, name);
	await closeNode(page);
	const warm = await timeToOpen(page, name);
	await closeNode(page);
	return { cold, warm };
}

const LABELS: Record<Name, string> = {
	wecom: 'WeCom',
	slack: 'Slack',
	fields: 'the same fields and nothing else',
	slackFields: "Slack's fields in the WeCom node",
	bare: 'a node with hardly a field',
};

function report(times: Record<Name, Times[]>, kind: keyof Times): Row[] {
	const of = (name: Name) => times[name].map((one) => one[kind]);
	const ratio = (name: Name) => medianRatio(of(name), of('slack'));
	return [
		atMost(`opening the WeCom node / the Slack node, ${kind}`, ratio('wecom'), 1, 'x', 2),
		...(['fields', 'slackFields'] as const).map((name) =>
			information(
				`  floor: ${LABELS[name]} / the Slack node, ${kind}`,
				`${ratio(name).toFixed(2)} x`,
			),
		),
		...NAMES.map((name) =>
			information(`  ${LABELS[name]}, ${kind}`, `${median(of(name)).toFixed(0)} ms`),
		),
	];
}

/** From the double click until the form is drawn. */
async function timeToOpen(page: Page, name: Name): Promise<number> {
	const start = performance.now();
	await openNode(page, name);
	await page.evaluate(
		'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
	);
	return performance.now() - start;
}
