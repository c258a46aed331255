/** The credential of an AI bot (智能机器人): its callback's keys, its long connection's secret, or both. */
export const BOT_CREDENTIAL = 'wecomBotApi';
