/**
 * `npm run demo`: a real n8n with this package, a WeCom simulator and five workflows that work together. Stays up until Ctrl-C.
 * `npm run demo -- --check` plays the same on free ports, verifies every fact, and ends with exit code 0 or 1.
 */
import { parseArgs } from 'node:util';
import { say } from '../test/support/child.cts';
import { ensureN8n } from '../test/support/n8n-install.cts';
import { N8nRest } from '../test/support/n8n-rest.cts';
import { packPackage } from '../test/support/pack.cts';
import { MODEL_KEY } from '../simulator/chat-model.cts';
import { DEMO_APP } from '../simulator/demo-data.cts';
import { startSimulator, type Simulator } from '../simulator/server.cts';
import { createArchiveCredential, createSummaryTable, startArchive } from './archive.cts';
import { checkSecrets, checkStory } from './checks.cts';
import { isFree, startInstance } from './instance.cts';
import { Lifetime } from './lifetime.cts';
import { playStory, SCRIPT } from './story.cts';
import { summary, whatNow } from './summary.cts';
import {
	BOT_CREDENTIAL_NAME,
	CREDENTIAL_NAME,
	importWorkflows,
	MODEL_CREDENTIAL_NAME,
} from './workflows.cts';
import { botCredentialData, credentialData } from '../test/support/credentials.cts';

const N8N_PORT = 5678;
const SIMULATOR_PORT = 3080;
/** Without the time that installing n8n takes. */
const CHECK_LIMIT_MS = 5 * 60_000;

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const lifetime = new Lifetime();

async function demo(): Promise<number> {
	await ensureN8n();
	if (values.check) lifetime.limit(CHECK_LIMIT_MS);
	const tarball = await lifetime.whole(packPackage);
	const simulator = await startSimulator({
		port: await wantedPort(SIMULATOR_PORT, 'the simulator'),
	});
	lifetime.atEnd(async () => await simulator.stop());
	const bridge = await startArchive(lifetime);
	const n8n = await startInstance(lifetime, [tarball], { port: await wantedPort(N8N_PORT, 'n8n') });
	const rest = await N8nRest.connect(n8n);

	say('Importing and publishing the workflows ...');
	await createCredentials(rest, simulator);
	await createArchiveCredential(rest, bridge);
	await createSummaryTable(rest);
	simulator.control.setScript(SCRIPT);
	const workflows = await importWorkflows(rest, { withArchive: bridge !== undefined });
	simulator.control.setApp(DEMO_APP.agentid, { trustedDomains: [new URL(n8n.url).host] });
	say('Playing: callbacks, a broadcast, a login, chats with an AI bot, the chat archive ...');
	const story = await playStory(simulator, rest, workflows, bridge !== undefined);

	const printed = `${summary(story, simulator, workflows)}\n${whatNow(n8n, simulator, workflows)}`;
	if (!values.check) {
		process.stdout.write(printed);
		lifetime.atEnd(() => say('\nStopping ...'));
		return await lifetime.untilInterrupted();
	}
	const checks = [
		...checkStory(story, simulator),
		...checkSecrets(simulator, n8n, rest.sessionCookie, printed),
	];
	for (const { name, ok, found } of checks)
		process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name}${found ? `: ${found}` : ''}\n`);
	const failed = checks.filter(({ ok }) => !ok).length;
	process.stdout.write(`${checks.length - failed} ok, ${failed} failed\n`);
	return failed === 0 ? 0 : 1;
}

/** The usual port when it is free; 0 = any. A check must not disturb, or be disturbed by, what else runs here. */
async function wantedPort(usual: number, who: string): Promise<number> {
	if (values.check) return 0;
	if (await isFree(usual)) return usual;
	say(`Port ${usual} is in use: ${who} gets another one.`);
	return 0;
}

async function createCredentials(rest: N8nRest, simulator: Simulator): Promise<void> {
	await rest.createCredential(CREDENTIAL_NAME, 'wecomApi', credentialData(simulator));
	await rest.createCredential(BOT_CREDENTIAL_NAME, 'wecomBotApi', botCredentialData(simulator));
	await rest.createCredential(MODEL_CREDENTIAL_NAME, 'openAiApi', {
		apiKey: MODEL_KEY,
		url: `${simulator.url}/v1`,
	});
}

void lifetime.run(demo);
