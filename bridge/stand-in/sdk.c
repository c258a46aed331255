/*
 * A stand-in for WeCom's libWeWorkFinanceSdk_C.so, for tests and the demo: the same 17 functions, structs and return codes, written from the
 * published header and documentation. Messages, files and accidents come from a folder. The encryption is not WeCom's, which is
 * not published, but a toy of our own that only has to notice a wrong key.
 *
 *   gcc -shared -fPIC -O2 -Wall -Wextra -o libWeWorkFinanceSdk_C.so sdk.c -lpthread
 *
 * The folder (environment STAND_IN_STORE):
 *   chat     one line per message: <seq> TAB <element of chatdata as JSON>, ascending; may grow while the library is in use
 *   media/   the files, named by their sdkfileid
 *   script   accidents, one per line, each used up by the next call of that function:
 *              <function> ret <code>        returns the code
 *              <function> json <text>       returns 0 and this text (GetChatData)
 *              <function> sleep <ms>        takes that long, then goes on
 *              <function> abort             ends the process as a crash does
 *              <function> garbage           leaves the slice empty and returns 0
 *   counts   written when the library is unloaded or the process ends: what was not freed, and calls
 *
 * A message whose encrypt_chat_msg is "CRASH" ends the process each time it is decrypted.
 *
 * Other environment: STAND_IN_LATENCY_MS (each network call), STAND_IN_STACK (bytes of stack each network call uses),
 *   STAND_IN_OLDEST (first seq that is still there), STAND_IN_SECRET (the only secret that Init takes).
 */
#define _GNU_SOURCE
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct WeWorkFinanceSdk_t {
	uint32_t magic;
	atomic_int busy;
	char corpid[64];
} WeWorkFinanceSdk_t;
typedef struct Slice_t {
	char *buf;
	int len;
} Slice_t;
typedef struct MediaData {
	char *outindexbuf;
	int out_len;
	char *data;
	int data_len;
	int is_finish;
} MediaData_t;

enum { OK = 0, BAD_PARAMETER = 10000, NETWORK = 10001, SYSTEM = 10003, BAD_FILEID = 10005, BAD_DECRYPT = 10006, BAD_KEY = 10008, EXPIRED = 10010 };
#define MAGIC 0x57575357u
#define PART 524288LL

static atomic_long live_sdks, live_slices, live_medias, races, calls;

static const char *store(void) {
	const char *at = getenv("STAND_IN_STORE");
	return at ? at : ".";
}
/* Not part of the ABI: tests read it to see whether everything was freed. */
static void __attribute__((destructor)) write_counts(void) {
	char path[4096];
	snprintf(path, sizeof path, "%s/counts", store());
	FILE *out = fopen(path, "a");
	if (!out) return;
	fprintf(out, "{\"handles\":%ld,\"slices\":%ld,\"media\":%ld,\"races\":%ld,\"calls\":%ld}\n", live_sdks, live_slices, live_medias, races, calls);
	fclose(out);
}
static long number(const char *name) {
	const char *value = getenv(name);
	return value ? atol(value) : 0;
}
static void nap(long ms) {
	if (ms <= 0) return;
	struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};
	while (nanosleep(&t, &t) == -1 && errno == EINTR) {}
}
static void alive(WeWorkFinanceSdk_t *sdk, const char *where) {
	if (sdk && sdk->magic == MAGIC) return;
	fprintf(stderr, "stand-in: %s with a handle that is not alive\n", where);
	abort();
}

/* ---- accidents ---- */
static pthread_mutex_t script_lock = PTHREAD_MUTEX_INITIALIZER;
typedef struct { int set, ret; char *json; int garbage; } accident;

static accident next_accident(const char *function) {
	accident found = {0, 0, NULL, 0};
	char path[4096];
	snprintf(path, sizeof path, "%s/script", store());
	if (access(path, F_OK) != 0) return found;
	pthread_mutex_lock(&script_lock);
	FILE *in = fopen(path, "r");
	/* Two workers share the script. */
	if (in) flock(fileno(in), LOCK_EX);
	char *rest = NULL, *line = NULL;
	size_t rest_len = 0, cap = 0;
	FILE *out = open_memstream(&rest, &rest_len);
	char what[32] = "", arg[8192] = "";
	int taken = 0;
	while (in && getline(&line, &cap, in) > 0) {
		char fn[32] = "", w[32] = "", a[8192] = "";
		if (!taken && sscanf(line, "%31s %31s %8191[^\n]", fn, w, a) >= 2 && strcmp(fn, function) == 0) {
			taken = 1;
			memcpy(what, w, sizeof what);
			memcpy(arg, a, sizeof arg);
		} else fputs(line, out);
	}
	free(line);
	fclose(out);
	if (taken) {
		FILE *again = fopen(path, "w");
		if (again) { fwrite(rest, 1, rest_len, again); fclose(again); }
	}
	if (in) fclose(in);
	free(rest);
	pthread_mutex_unlock(&script_lock);
	if (!taken) return found;
	if (!strcmp(what, "sleep")) nap(atol(arg));
	else if (!strcmp(what, "abort")) { fprintf(stderr, "stand-in: abort as told\n"); abort(); }
	else if (!strcmp(what, "ret")) { found.set = 1; found.ret = atoi(arg); }
	else if (!strcmp(what, "json")) { found.set = 1; found.json = strdup(arg); }
	else if (!strcmp(what, "garbage")) { found.set = 1; found.garbage = 1; }
	return found;
}

/* ---- handles ---- */
WeWorkFinanceSdk_t *NewSdk(void) {
	WeWorkFinanceSdk_t *sdk = calloc(1, sizeof *sdk);
	sdk->magic = MAGIC;
	live_sdks++;
	return sdk;
}
int Init(WeWorkFinanceSdk_t *sdk, const char *corpid, const char *secret) {
	alive(sdk, "Init");
	accident a = next_accident("Init");
	if (a.set) return a.ret;
	const char *only = getenv("STAND_IN_SECRET");
	if (!corpid || !*corpid || !secret || !*secret || (only && strcmp(only, secret) != 0)) return BAD_PARAMETER;
	snprintf(sdk->corpid, sizeof sdk->corpid, "%s", corpid);
	return OK;
}
void DestroySdk(WeWorkFinanceSdk_t *sdk) {
	alive(sdk, "DestroySdk");
	if (atomic_load(&sdk->busy)) { fprintf(stderr, "stand-in: DestroySdk during a call\n"); abort(); }
	sdk->magic = 0;
	live_sdks--;
	free(sdk);
}
Slice_t *NewSlice(void) { live_slices++; return calloc(1, sizeof(Slice_t)); }
void FreeSlice(Slice_t *slice) { if (!slice) return; free(slice->buf); free(slice); live_slices--; }
char *GetContentFromSlice(Slice_t *slice) { return slice ? slice->buf : NULL; }
int GetSliceLen(Slice_t *slice) { return slice ? slice->len : 0; }
MediaData_t *NewMediaData(void) { live_medias++; return calloc(1, sizeof(MediaData_t)); }
void FreeMediaData(MediaData_t *m) { if (!m) return; free(m->outindexbuf); free(m->data); free(m); live_medias--; }
char *GetOutIndexBuf(MediaData_t *m) { return m ? m->outindexbuf : NULL; }
char *GetData(MediaData_t *m) { return m ? m->data : NULL; }
int GetIndexLen(MediaData_t *m) { return m ? m->out_len : 0; }
int GetDataLen(MediaData_t *m) { return m ? m->data_len : 0; }
int IsMediaDataFinish(MediaData_t *m) { return m ? m->is_finish : 0; }

static void fill(Slice_t *slice, const char *text, size_t len) {
	free(slice->buf);
	slice->buf = malloc(len + 1);
	memcpy(slice->buf, text, len);
	slice->buf[len] = 0;
	slice->len = (int)len;
}

/* What a call over the network costs here: time, and stack as curl, OpenSSL and getaddrinfo use it. */
static void __attribute__((noinline)) cost(void) {
	long bytes = number("STAND_IN_STACK");
	if (bytes > 0) {
		volatile char *deep = alloca((size_t)bytes);
		for (long i = bytes - 1; i >= 0; i -= 1024) deep[i] = (char)i;
	}
	nap(number("STAND_IN_LATENCY_MS"));
	calls++;
}
static void enter(WeWorkFinanceSdk_t *sdk, const char *where) {
	alive(sdk, where);
	if (atomic_fetch_add(&sdk->busy, 1) > 0) races++;
}
static int leave(WeWorkFinanceSdk_t *sdk, int ret) { atomic_fetch_sub(&sdk->busy, 1); return ret; }

/* ---- messages ---- */
static pthread_mutex_t chat_lock = PTHREAD_MUTEX_INITIALIZER;
static char *chat; static size_t chat_size; static dev_t chat_dev; static ino_t chat_ino;
typedef struct { uint64_t seq; size_t at, len; } row;
static row *rows; static size_t row_count, row_cap;

static void read_chat(void) {
	char path[4096];
	snprintf(path, sizeof path, "%s/chat", store());
	int fd = open(path, O_RDONLY);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0) { if (fd >= 0) close(fd); row_count = 0; return; }
	if (chat && (size_t)st.st_size == chat_size && st.st_ino == chat_ino && st.st_dev == chat_dev) { close(fd); return; }
	if (chat) munmap(chat, chat_size);
	chat = st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	close(fd);
	if (chat == MAP_FAILED) chat = NULL;
	chat_size = chat ? (size_t)st.st_size : 0; chat_ino = st.st_ino; chat_dev = st.st_dev;
	row_count = 0;
	for (size_t i = 0; i < chat_size;) {
		char *nl = memchr(chat + i, '\n', chat_size - i);
		if (!nl) break; /* a line that is still being written */
		size_t end = (size_t)(nl - chat);
		char *tab = memchr(chat + i, '\t', end - i);
		if (tab) {
			if (row_count == row_cap) rows = realloc(rows, (row_cap = row_cap ? row_cap * 2 : 1024) * sizeof *rows);
			rows[row_count++] = (row){strtoull(chat + i, NULL, 10), (size_t)(tab + 1 - chat), end - (size_t)(tab + 1 - chat)};
		}
		i = end + 1;
	}
}

int GetChatData(WeWorkFinanceSdk_t *sdk, unsigned long long seq, unsigned int limit, const char *proxy, const char *passwd, int timeout, Slice_t *out) {
	(void)proxy; (void)passwd; (void)timeout;
	enter(sdk, "GetChatData");
	cost();
	accident a = next_accident("GetChatData");
	if (a.json) { fill(out, a.json, strlen(a.json)); free(a.json); return leave(sdk, OK); }
	if (a.garbage) return leave(sdk, OK);
	if (a.set) return leave(sdk, a.ret);
	if (!out || limit < 1 || limit > 1000 || !sdk->corpid[0]) return leave(sdk, BAD_PARAMETER);
	pthread_mutex_lock(&chat_lock);
	read_chat();
	unsigned long long oldest = (unsigned long long)number("STAND_IN_OLDEST");
	if (oldest && seq + 1 < oldest) seq = oldest - 1;
	size_t low = 0, high = row_count;
	while (low < high) { size_t mid = (low + high) / 2; if (rows[mid].seq > seq) high = mid; else low = mid + 1; }
	size_t until = low + limit < row_count ? low + limit : row_count, size = 64;
	for (size_t i = low; i < until; i++) size += rows[i].len + 1;
	char *text = malloc(size);
	size_t at = (size_t)sprintf(text, "{\"errcode\":0,\"errmsg\":\"ok\",\"chatdata\":[");
	for (size_t i = low; i < until; i++) {
		if (i > low) text[at++] = ',';
		memcpy(text + at, chat + rows[i].at, rows[i].len);
		at += rows[i].len;
	}
	memcpy(text + at, "]}", 2);
	at += 2;
	pthread_mutex_unlock(&chat_lock);
	fill(out, text, at);
	free(text);
	return leave(sdk, OK);
}

/* ---- the toy cipher: base64("FK1" + checksum + plaintext xor keystream(key)) ---- */
static int b64(const char *in, size_t len, uint8_t *out) {
	uint32_t acc = 0; int bits = 0; size_t n = 0;
	for (size_t i = 0; i < len && in[i] != '='; i++) {
		int c = in[i], v = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
		if (v < 0) return -1;
		acc = (acc << 6) | (uint32_t)v;
		if ((bits += 6) >= 8) out[n++] = (uint8_t)(acc >> (bits -= 8));
	}
	return (int)n;
}
static uint32_t fnv(const uint8_t *p, size_t n) { uint32_t h = 2166136261u; for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 16777619u; return h; }

int DecryptData(const char *encrypt_key, const char *encrypt_msg, Slice_t *msg) {
	accident a = next_accident("DecryptData");
	if (a.set) return a.ret;
	if (!encrypt_key || !encrypt_msg || !msg) return BAD_PARAMETER;
	if (!strcmp(encrypt_msg, "CRASH")) { fprintf(stderr, "stand-in: a message that crashes\n"); abort(); }
	size_t klen = strlen(encrypt_key), mlen = strlen(encrypt_msg);
	if (klen < 16 || klen > 128) return BAD_KEY;
	for (size_t i = 0; i < klen; i++) if (encrypt_key[i] < 0x21 || encrypt_key[i] > 0x7e) return BAD_KEY;
	uint8_t *raw = malloc(mlen + 4);
	int n = b64(encrypt_msg, mlen, raw);
	if (n < 7 || memcmp(raw, "FK1", 3) != 0) { free(raw); return BAD_DECRYPT; }
	uint32_t x = fnv((const uint8_t *)encrypt_key, klen) | 1, sum;
	memcpy(&sum, raw + 3, 4);
	for (int i = 7; i < n; i++) { x ^= x << 13; x ^= x >> 17; x ^= x << 5; raw[i] ^= (uint8_t)x; }
	int ret = fnv(raw + 7, (size_t)(n - 7)) == sum ? OK : BAD_DECRYPT;
	if (ret == OK) fill(msg, (char *)raw + 7, (size_t)(n - 7));
	free(raw);
	return ret;
}

/* ---- files ---- */
int GetMediaData(WeWorkFinanceSdk_t *sdk, const char *indexbuf, const char *sdkFileid, const char *proxy, const char *passwd, int timeout, MediaData_t *m) {
	(void)proxy; (void)passwd; (void)timeout;
	enter(sdk, "GetMediaData");
	cost();
	accident a = next_accident("GetMediaData");
	if (a.set) return leave(sdk, a.ret);
	if (!sdkFileid || !*sdkFileid || !m) return leave(sdk, BAD_PARAMETER);
	if (!strncmp(sdkFileid, "expired", 7)) return leave(sdk, EXPIRED);
	if (strchr(sdkFileid, '/') || sdkFileid[0] == '.') return leave(sdk, BAD_FILEID);
	long long from = 0, to = PART - 1;
	if (indexbuf && *indexbuf && sscanf(indexbuf, "Range:bytes=%lld-%lld", &from, &to) != 2) return leave(sdk, BAD_PARAMETER);
	char path[4096];
	snprintf(path, sizeof path, "%s/media/%s", store(), sdkFileid);
	int fd = open(path, O_RDONLY);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0) { if (fd >= 0) close(fd); return leave(sdk, BAD_FILEID); }
	if (from < 0 || from > st.st_size || to < from || to - from >= PART) { close(fd); return leave(sdk, BAD_PARAMETER); }
	long long end = to + 1 < st.st_size ? to + 1 : st.st_size;
	m->data_len = (int)(end - from);
	m->data = malloc((size_t)m->data_len + 1);
	ssize_t got = pread(fd, m->data, (size_t)m->data_len, from);
	close(fd);
	if (got != m->data_len) return leave(sdk, SYSTEM);
	m->is_finish = end == st.st_size;
	long long last = end + PART - 1 < st.st_size - 1 ? end + PART - 1 : st.st_size - 1;
	if (asprintf(&m->outindexbuf, m->is_finish ? "" : "Range:bytes=%lld-%lld", end, last) < 0) m->outindexbuf = NULL;
	m->out_len = m->outindexbuf ? (int)strlen(m->outindexbuf) : 0;
	return leave(sdk, OK);
}
