/** What a person enters in a credential for what the simulator starts with. */
import { DEMO_BOT } from '../../simulator/bot/data.cts';
import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';

/** The fields of a "WeCom API" credential for the demo app. */
export const credentialData = ({ url }: { url: string }, overrides: object = {}) => ({
	corpId: DEMO_CORP.corpid,
	corpSecret: DEMO_APP.secret,
	agentId: String(DEMO_APP.agentid),
	token: DEMO_APP.callback.token,
	encodingAesKey: DEMO_APP.callback.encodingAesKey,
	baseUrl: url,
	...overrides,
});

/** The fields of a "WeCom AI Bot API" credential for the demo bot. */
export const botCredentialData = ({ url }: { url: string }, overrides: object = {}) => ({
	botId: DEMO_BOT.botId,
	botSecret: DEMO_BOT.secret,
	websocketUrl: url.replace('http', 'ws'),
	...overrides,
});
