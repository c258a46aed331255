/** Runs the simulator alone: `npm run simulator [-- --port 3080]`. */
import { parseArgs } from 'node:util';
import { DEMO_BOT, DEMO_CALLBACK_BOT } from './bot/data.cts';
import { MODEL, MODEL_KEY } from './chat-model.cts';
import { DEMO_APP, DEMO_CONTACTS, DEMO_CORP } from './demo-data.cts';
import { startSimulator } from './server.cts';
import { DEMO_PROVIDER, DEMO_SUITE, DEMO_TEMPLATE, PROVIDER_SEED } from './suite/data.cts';
import type { Suite } from './suite/state.cts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '3080' } } });

async function main() {
	const simulator = await startSimulator({
		port: Number(values.port),
		seed: PROVIDER_SEED,
		log: (line) => console.log(line),
	});
	const { token, encodingAesKey, url: callbackUrl } = DEMO_APP.callback;
	console.log(`WeCom simulator on ${simulator.url}

Enter in the credential
  Base URL        ${simulator.url}
  Corp ID         ${DEMO_CORP.corpid}
  Agent ID        ${DEMO_APP.agentid}
  Secret          ${DEMO_APP.secret}
  Token           ${token}
  EncodingAESKey  ${encodingAesKey}
Secret that may write contacts: ${DEMO_CONTACTS.secret}

For a service provider
  Provider        ${DEMO_PROVIDER.corpid}, secret ${DEMO_PROVIDER.secret}
  Third-party app ${suiteLines(DEMO_SUITE)}
  Template        ${suiteLines(DEMO_TEMPLATE)}
  Companies       ${PROVIDER_SEED.companies.map(({ corpid }) => corpid).join(', ')}

For AI bots
  Long connection ${simulator.url.replace('http', 'ws')}
                  ${DEMO_BOT.botId}, secret ${DEMO_BOT.secret}
  Callbacks       ${DEMO_CALLBACK_BOT.botId}
                  Token ${DEMO_CALLBACK_BOT.callback.token}, EncodingAESKey ${DEMO_CALLBACK_BOT.callback.encodingAesKey}

What people see: ${simulator.url}/_chat

A chat model without a mind: base URL ${simulator.url}/v1, model ${MODEL}, API key ${MODEL_KEY}

Try (see simulator/README.md for all of it)
  # save a callback URL: it is verified first, as in the admin console
  curl -s ${simulator.url}/_control/saveCallback -d '[${DEMO_APP.agentid}, {"url": "${callbackUrl}", "token": "${token}", "encodingAesKey": "${encodingAesKey}"}]'
  # push a message to it
  curl -s ${simulator.url}/_control/push -d '[${DEMO_APP.agentid}, {"kind": "text", "fields": {"Content": "hello"}}]'
  # see what was sent
  curl -s ${simulator.url}/_control/messages
  # trouble: refuse the caller's address, end the token, answer "busy" twice
  curl -s ${simulator.url}/_control/refuseIp -d '[true, {"ip": "203.0.113.7"}]'
  curl -s ${simulator.url}/_control/invalidateToken -d '[${DEMO_APP.agentid}]'
  curl -s ${simulator.url}/_control/inject -d '{"path": "*", "times": 2, "errcode": -1}'
  curl -s -X POST ${simulator.url}/_control/reset
  # a service provider: tickets every minute, and a company that authorizes
  curl -s ${simulator.url}/_control/startTickets -d '["${DEMO_SUITE.suiteId}", 60000]'
  curl -s ${simulator.url}/_control/authorize -d '["${DEMO_SUITE.suiteId}", "${PROVIDER_SEED.companies[0].corpid}"]'
  # somebody writes to a connected bot, and what the chat looks like then
  curl -s ${simulator.url}/_control/bots/say -d '["${DEMO_BOT.botId}", {"from": "lisi", "text": "hello"}]'
  curl -s -X POST ${simulator.url}/_control/bots/transcript
`);
	const stop = () => void simulator.stop();
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

const suiteLines = ({ suiteId, suiteSecret, callback: { token, encodingAesKey } }: Suite) =>
	`${suiteId}, secret ${suiteSecret},
                  Token ${token}, EncodingAESKey ${encodingAesKey}`;

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
