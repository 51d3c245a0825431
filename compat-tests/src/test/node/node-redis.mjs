// node-redis against Rondo: node node-redis.mjs plain|cluster|failover HOST:PORT,... NodeClientsIT starts the nodes.
import assert from 'node:assert/strict';
import {
    BasicClientSideCache, BasicPooledClientSideCache, createClient, createClientPool, createCluster, defineScript,
    RESP_TYPES, WatchError,
} from 'redis';
import { allBytes, check, commandLine, eventually, finish } from './checks.mjs';
import { goOnWithoutANode } from './failover.mjs';

const { mode, nodes } = commandLine();
const TAG = '{nr}';
const BUFFERS = { [RESP_TYPES.BLOB_STRING]: Buffer };

const scripts = {
    addTo: defineScript({
        NUMBER_OF_KEYS: 1,
        SCRIPT: "return {redis.call('INCRBY', KEYS[1], ARGV[1]), ARGV[2]}",
        parseCommand(parser, key, amount, text) {
            parser.pushKey(key);
            parser.push(String(amount), text);
        },
        transformReply: reply => reply,
    }),
};

function onErrors(client) {
    // Connections that break are opened again; what commands come to is what the checks are about.
    return client.on('error', () => {});
}

function plainClient(options = {}, node = nodes[0]) {
    return onErrors(createClient({ socket: node, scripts, ...options }));
}

function clusterClient(options = {}) {
    return onErrors(createCluster({ rootNodes: nodes.map(socket => ({ socket })), scripts, ...options }));
}

async function withClient(client, body) {
    await client.connect();
    try {
        return await body(client);
    } finally {
        client.destroy();
    }
}

/** What works alike on a plain server and in a cluster; keys of one command share a hash tag. */
async function commonChecks(label, newClient) {
    const redis = await newClient().connect();
    const key = name => `${TAG}${label}:${name}`;
    const checked = (name, body) => check(`${label}: ${name}`, body);
    const nodesOf = async () => redis.masters
        ? Promise.all(redis.masters.map(master => redis.nodeClient(master)))
        : [redis];

    await checked('strings are set, counted and expire', async () => {
        assert.equal(await redis.set(key('s'), '10', { expiration: { type: 'EX', value: 100 } }), 'OK');
        assert.equal(await redis.set(key('s'), '11', { condition: 'NX' }), null);
        assert.equal(await redis.set(key('s'), '12', { expiration: 'KEEPTTL', GET: true }), '10');
        assert.equal(await redis.incrBy(key('s'), 5), 17);
        assert.equal(await redis.decr(key('s')), 16);
        assert.equal(String(await redis.incrByFloat(key('s'), 0.5)), '16.5');
        assert.equal(await redis.append(key('s'), '!'), 5);
        assert.equal(await redis.getRange(key('s'), 2, -1), '.5!');
        const ttl = await redis.pTTL(key('s'));
        assert.ok(ttl > 50_000 && ttl <= 100_000, `${ttl}`);
        assert.equal(await redis.getDel(key('s')), '16.5!');
        assert.equal(await redis.get(key('s')), null);
        assert.equal(await redis.mSet({ [key('a')]: 'ä', [key('b')]: '🙂' }), 'OK');
        assert.deepEqual(await redis.mGet([key('a'), key('none'), key('b')]), ['ä', null, '🙂']);
        assert.equal(await redis.set(key('gone'), 'x', { expiration: { type: 'PX', value: 5 } }), 'OK');
        await eventually('the key expires', async () => (await redis.exists(key('gone'))) === 0);
        assert.equal(await redis.unlink([key('a'), key('b'), key('none')]), 2);
        assert.equal(await redis.type(key('a')), 'none');
    });

    await checked('hashes are read as objects', async () => {
        assert.equal(await redis.hSet(key('h'), { name: 'Ada', born: 1815 }), 2);
        assert.deepEqual({ ...await redis.hGetAll(key('h')) }, { name: 'Ada', born: '1815' });
        assert.deepEqual({ ...await redis.hGetAll(key('none')) }, {});
        assert.deepEqual(await redis.hmGet(key('h'), ['name', 'none']), ['Ada', null]);
        assert.equal(await redis.hIncrBy(key('h'), 'born', 1), 1816);
        assert.equal(Boolean(await redis.hSetNX(key('h'), 'name', 'Bob')), false);
        assert.deepEqual((await redis.hRandFieldCountWithValues(key('h'), 1)).length, 1);
        assert.deepEqual(await redis.hExpire(key('h'), ['name', 'none'], 100), [1, -2]);
        assert.ok((await redis.hTTL(key('h'), 'name'))[0] > 50);
        assert.equal(await redis.hDel(key('h'), ['name', 'born']), 2);
        assert.equal(await redis.exists(key('h')), 0);
    });

    await checked('lists keep their order', async () => {
        assert.equal(await redis.rPush(key('l'), ['a', 'b', 'c', 'd']), 4);
        assert.equal(await redis.lInsert(key('l'), 'BEFORE', 'b', 'ab'), 5);
        assert.deepEqual(await redis.lRange(key('l'), 0, -1), ['a', 'ab', 'b', 'c', 'd']);
        assert.equal(await redis.lPos(key('l'), 'c'), 3);
        assert.equal(await redis.lMove(key('l'), key('l2'), 'RIGHT', 'LEFT'), 'd');
        assert.deepEqual(await redis.lPopCount(key('l'), 2), ['a', 'ab']);
        assert.equal(await redis.lTrim(key('l'), 1, 1), 'OK');
        assert.deepEqual(await redis.lmPop([key('none'), key('l')], 'LEFT'), [key('l'), ['c']]);
        assert.equal(await redis.lLen(key('l2')), 1);
    });

    await checked('sets are combined', async () => {
        assert.equal(await redis.sAdd(key('x'), ['a', 'b', 'c']), 3);
        assert.equal(await redis.sAdd(key('y'), ['b', 'c', 'd']), 3);
        assert.deepEqual([...await redis.sInter([key('x'), key('y')])].sort(), ['b', 'c']);
        assert.deepEqual([...await redis.sUnion([key('x'), key('y')])].sort(), ['a', 'b', 'c', 'd']);
        assert.deepEqual([...await redis.sDiff([key('x'), key('y')])], ['a']);
        assert.deepEqual((await redis.smIsMember(key('x'), ['a', 'z'])).map(Boolean), [true, false]);
        assert.equal(await redis.sInterCard([key('x'), key('y')]), 2);
        assert.equal([...await redis.sPopCount(key('x'), 3)].length, 3);
        assert.deepEqual([...await redis.sMembers(key('x'))], []);
    });

    await checked('sorted sets rank and places are found', async () => {
        const members = [{ score: 1.5, value: 'ada' }, { score: 2, value: 'bob' }, { score: -Infinity, value: 'eve' }];
        assert.equal(await redis.zAdd(key('z'), members), 3);
        const onlyUp = { condition: 'XX', comparison: 'GT', CH: true };
        assert.equal(await redis.zAdd(key('z'), { score: 3, value: 'ada' }, onlyUp), 1);
        assert.deepEqual(plainly(await redis.zRangeWithScores(key('z'), 0, -1)), [
            { value: 'eve', score: -Infinity }, { value: 'bob', score: 2 }, { value: 'ada', score: 3 }]);
        const highest = { BY: 'SCORE', REV: true, LIMIT: { offset: 0, count: 1 } };
        assert.deepEqual(await redis.zRange(key('z'), '+inf', 2, highest), ['ada']);
        assert.equal(await redis.zIncrBy(key('z'), 0.25, 'bob'), 2.25);
        assert.equal(await redis.zScore(key('z'), 'none'), null);
        assert.deepEqual(await redis.zmScore(key('z'), ['bob', 'none']), [2.25, null]);
        assert.equal(await redis.zRevRank(key('z'), 'ada'), 0);
        assert.deepEqual(plainly(await redis.zPopMin(key('z'))), { value: 'eve', score: -Infinity });
        assert.deepEqual(plainly(await redis.zUnionWithScores([key('z'), key('none')])),
            [{ value: 'bob', score: 2.25 }, { value: 'ada', score: 3 }]);
        assert.equal(await redis.geoAdd(key('geo'), [
            { longitude: 13.361389, latitude: 38.115556, member: 'Palermo' },
            { longitude: 15.087269, latitude: 37.502669, member: 'Catania' }]), 2);
        assert.equal(await redis.geoDist(key('geo'), 'Palermo', 'Catania', 'km'), 166.2742);
        const from = { longitude: 15, latitude: 37 };
        assert.deepEqual(
            await redis.geoSearch(key('geo'), from, { radius: 200, unit: 'km' }, { SORT: 'ASC' }),
            ['Catania', 'Palermo']);
    });

    await checked('bitmaps and HyperLogLogs count', async () => {
        assert.equal(await redis.setBit(key('bits'), 7, 1), 0);
        assert.equal(await redis.bitCount(key('bits')), 1);
        assert.equal(Number(await redis.pfAdd(key('hll'), ['a', 'b', 'c', 'a'])), 1);
        assert.equal(await redis.pfCount(key('hll')), 3);
    });

    await checked('groups read streams', async () => {
        const stream = key('stream');
        assert.equal(await redis.xGroupCreate(stream, 'group', '0', { MKSTREAM: true }), 'OK');
        const first = await redis.xAdd(stream, '*', { field: 'value' });
        const trim = { strategy: 'MAXLEN', strategyModifier: '~', threshold: 1000 };
        const second = await redis.xAdd(stream, '*', { n: '2' }, { TRIM: trim });
        assert.match(first, /^\d+-\d+$/);
        const entries = [{ id: first, message: { field: 'value' } }, { id: second, message: { n: '2' } }];
        assert.deepEqual(entriesOf(await redis.xRange(stream, '-', '+', { COUNT: 1 })), entries.slice(0, 1));
        const [read] = await redis.xRead({ key: stream, id: first }, { COUNT: 10 });
        assert.equal(read.name, stream);
        assert.deepEqual(entriesOf(read.messages), entries.slice(1));
        const [delivered] = await redis.xReadGroup('group', 'ann', { key: stream, id: '>' }, { COUNT: 2 });
        assert.deepEqual(entriesOf(delivered.messages), entries);
        assert.equal(await redis.xAck(stream, 'group', first), 1);
        const pending = await redis.xPending(stream, 'group');
        assert.deepEqual([pending.pending, pending.firstId, plainly(pending.consumers)],
            [1, second, [{ name: 'ann', deliveriesCounter: 1 }]]);
        const claimed = await redis.xAutoClaim(stream, 'group', 'bob', 0, '0');
        assert.equal(claimed.nextId, '0-0');
        assert.deepEqual(entriesOf(claimed.messages), entries.slice(1));
        assert.equal(await redis.xReadGroup('group', 'ann', { key: stream, id: '>' }), null);
        const consumers = await redis.xInfoConsumers(stream, 'group');
        assert.deepEqual(consumers.map(({ name, pending: count }) => [name, count]), [['ann', 0], ['bob', 1]]);
        const info = await redis.xInfoStream(stream);
        assert.equal(info.length, 2);
        assert.equal(info.groups, 1);
        assert.equal(await redis.xDel(stream, first), 1);
        assert.equal(await redis.xLen(stream), 1);
    });

    await checked('values of every byte and large ones come back unchanged', async () => {
        const bytes = redis.withTypeMapping(BUFFERS);
        const binary = Buffer.concat([Buffer.from(TAG), allBytes()]);
        assert.equal(await redis.set(binary, allBytes()), 'OK');
        assert.deepEqual(await bytes.get(binary), allBytes());
        assert.equal(await redis.hSet(key('bytes'), binary, allBytes()), 1);
        assert.deepEqual(await bytes.hGet(key('bytes'), binary), allBytes());
        assert.deepEqual(await bytes.hKeys(key('bytes')), [binary]);
        assert.equal(await redis.rPush(key('binary list'), [allBytes(), Buffer.alloc(0)]), 2);
        assert.deepEqual(await bytes.lRange(key('binary list'), 0, -1), [allBytes(), Buffer.alloc(0)]);
        const dump = await bytes.dump(binary);
        assert.equal(await redis.restore(key('restored'), 0, dump), 'OK');
        assert.deepEqual(await bytes.get(key('restored')), allBytes());
        const large = Buffer.alloc(5_000_000, allBytes());
        assert.equal(await redis.set(key('large'), large), 'OK');
        assert.ok(large.equals(await bytes.get(key('large'))));
        assert.equal(await redis.del([binary, key('large'), key('restored')]), 3);
    });

    await checked('a pipeline has each reply in order', async () => {
        const pipeline = redis.multi();
        for (let i = 0; i < 500; i++) {
            pipeline.incrBy(key('pipelined'), i);
        }
        const replies = await pipeline.get(key('pipelined')).execAsPipeline();
        assert.equal(replies.length, 501);
        assert.deepEqual(replies.slice(499), [499 * 250, '124750']);
        const together = await Promise.all(Array.from({ length: 300 }, (_, i) => redis.incrBy(key('together'), i)));
        assert.equal(together[299], 299 * 150);
    });

    await checked('a transaction is of one piece, unless a watched key was changed', async () => {
        const connection = redis.getNodeClientForKey ? await redis.getNodeClientForKey(key('watched')) : redis;
        await redis.set(key('watched'), '1');
        await connection.watch(key('watched'));
        const replies = await connection
            .multi().incr(key('watched')).hSet(key('tx'), 'f', 'v').hGetAll(key('tx')).exec();
        assert.deepEqual(plainly(replies), [2, 1, { f: 'v' }]);
        await connection.watch(key('watched'));
        await withClient(newClient(), other => other.set(key('watched'), '10'));
        await assert.rejects(connection.multi().incr(key('watched')).exec(), WatchError);
        assert.equal(await redis.get(key('watched')), '10');
        assert.deepEqual(await redis.multi().set(key('watched'), '20').incr(key('watched')).exec(), ['OK', 21]);
        const failing = await redis
            .multi().lPush(key('watched'), 'x').incr(key('watched')).exec().catch(error => error);
        assert.match(failing.errors().next().value.message, /^WRONGTYPE/);
        assert.equal(failing.replies[1], 22);
        const tooShort = connection.multi().addCommand(['SET', key('watched')]);
        await assert.rejects(tooShort.exec(), /EXECABORT|wrong number of/);
    });

    await checked('scripts run by their hash and are loaded where it is unknown', async () => {
        assert.deepEqual(await redis.addTo(key('lua'), 5, 'ü'), [5, 'ü']);
        for (const node of await nodesOf()) {
            await node.scriptFlush();
        }
        assert.deepEqual(await redis.addTo(key('lua'), 2, 'x'), [7, 'x']);
        for (const node of await nodesOf()) {
            await node.scriptFlush();
        }
        assert.deepEqual(await redis.multi().addTo(key('lua'), 1, 'm').get(key('lua')).exec(), [[8, 'm'], '8']);
        await assert.rejects(redis.evalSha('f'.repeat(40), { keys: [key('lua')] }), /NOSCRIPT/);
        await assert.rejects(redis.eval('return redis.error_reply("MINE no")', { keys: [key('lua')] }), /MINE no/);
        assert.equal(await redis.eval('return #KEYS + #ARGV', { keys: [key('lua')], arguments: ['a', 'b'] }), 3);
    });

    await checked('functions are loaded and called', async () => {
        const code = "#!lua name=node_redis\nredis.register_function('keep', function(keys, args) "
            + "return redis.call('SET', keys[1], args[1]) end)";
        assert.equal(await redis.functionLoad(code, { REPLACE: true }), 'node_redis');
        await eventually('the function is on every node', async () =>
            'OK' === await redis.fCall('keep', { keys: [key('fn')], arguments: ['v'] }).catch(error => error.message));
        assert.equal(await redis.get(key('fn')), 'v');
    });

    await checked('subscribers hear channels and patterns', async () => {
        await withClient(redis.duplicate(), async subscriber => {
            onErrors(subscriber);
            const heard = new Set();
            await subscriber.subscribe(key('news'), (message, channel) => heard.add(`${channel} ${message}`));
            await subscriber.pSubscribe(
                `${TAG}${label}:n?ws`, (message, channel) => heard.add(`pattern ${channel} ${message}`));
            await subscriber.subscribe(key('news'), message => heard.add(message.length), true);
            await redis.publish(key('news'), 'hello');
            await eventually('all three are heard', () => heard.size === 3);
            assert.deepEqual(heard, new Set([5, `${key('news')} hello`, `pattern ${key('news')} hello`]));
            await subscriber.unsubscribe(key('news'));
            await subscriber.pUnsubscribe();
        });
    });

    await checked('shard channels are heard', async () => {
        await withClient(redis.duplicate(), async subscriber => {
            onErrors(subscriber);
            const heard = new Set();
            const channels = Array.from({ length: 10 }, (_, i) => `${label}:shard:${i}`);
            for (const channel of channels) {
                await subscriber.sSubscribe(channel, (message, from) => heard.add(`${from} ${message}`));
            }
            for (const channel of channels) {
                assert.equal(await redis.sPublish(channel, 'hello'), 1);
            }
            await eventually('all ten are heard', () => heard.size === 10);
            await subscriber.sUnsubscribe(channels[0]);
            assert.equal(await redis.sPublish(channels[0], 'nobody'), 0);
        });
    });

    await checked('a duplicate waits for elements while the client goes on', async () => {
        const waiting = onErrors(redis.duplicate());
        await withClient(waiting, async () => {
            const popped = waiting.blPop([key('none'), key('queue')], 4);
            assert.equal(await redis.get(key('none')), null);
            await redis.rPush(key('queue'), 'job');
            assert.deepEqual(plainly(await popped), { key: key('queue'), element: 'job' });
            const least = waiting.bzPopMin(key('zqueue'), 4);
            await redis.zAdd(key('zqueue'), { score: 1.5, value: 'm' });
            assert.deepEqual(plainly(await least), { key: key('zqueue'), value: 'm', score: 1.5 });
            const read = waiting.xRead({ key: key('squeue'), id: '$' }, { BLOCK: 4000 });
            const timer = setInterval(() => redis.xAdd(key('squeue'), '*', { f: 'v' }), 20);
            const [{ messages }] = await read.finally(() => clearInterval(timer));
            assert.deepEqual({ ...messages[0].message }, { f: 'v' });
            const moved = waiting.blMove(key('from'), key('to'), 'LEFT', 'RIGHT', 4);
            await redis.rPush(key('from'), 'e');
            assert.equal(await moved, 'e');
            assert.equal(await waiting.brPop(key('none'), 0.01), null);
        });
    });

    await checked('errors are told in the words of Redis', async () => {
        await redis.set(key('text'), 'x');
        await assert.rejects(redis.incr(key('text')), { message: 'ERR value is not an integer or out of range' });
        await assert.rejects(redis.lPush(key('text'), 'y'), /WRONGTYPE Operation against a key holding/);
        const raw = ['NOSUCH', key('text')];
        await assert.rejects(
            redis.masters ? redis.sendCommand(key('text'), false, raw) : redis.sendCommand(raw),
            /ERR unknown command 'NOSUCH'/);
    });

    await redis.close();
}

/** Replies without the prototypes that node-redis gives its objects or takes from them. */
function plainly(reply) {
    return JSON.parse(JSON.stringify(reply, (_, value) => (value === -Infinity ? '-Infinity' : value)),
        (_, value) => (value === '-Infinity' ? -Infinity : value));
}

function entriesOf(messages) {
    return messages.map(({ id, message }) => ({ id, message: { ...message } }));
}

async function plainChecks() {
    await commonChecks('plain RESP3', () => plainClient());
    await commonChecks('plain RESP2', () => plainClient({ RESP: 2 }));
    const redis = await plainClient({ name: 'app' }).connect();

    await check('replies have the types of RESP3', async () => {
        const types = { [RESP_TYPES.MAP]: Map, [RESP_TYPES.SET]: Set, [RESP_TYPES.DOUBLE]: String };
        const maps = redis.withTypeMapping(types);
        await redis.hSet('typed:hash', { f: '1' });
        await redis.sAdd('typed:set', ['a', 'b']);
        await redis.zAdd('typed:zset', { score: 0.1, value: 'm' });
        assert.deepEqual(await maps.hGetAll('typed:hash'), new Map([['f', '1']]));
        assert.deepEqual(await maps.sMembers('typed:set'), new Set(['a', 'b']));
        assert.equal(await maps.zScore('typed:zset', 'm'), '0.1');
    });

    await check('the connection has its name and its database', async () => {
        assert.equal(await redis.clientGetName(), 'app');
        assert.match((await redis.clientInfo()).libName ?? '', /^node-redis/);
        await withClient(plainClient({ database: 3 }), async third => {
            await third.set('only here', 'v');
            assert.equal(await third.dbSize(), 1);
            assert.equal(await redis.get('only here'), null);
            assert.match(await redis.info('keyspace'), /db3:keys=1,/);
            await third.flushDb();
        });
    });

    await check('keys, members and fields are scanned', async () => {
        const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`scanned:${i}`, `${i}`]));
        await redis.mSet(fields);
        const keys = new Set();
        for await (const batch of redis.scanIterator({ MATCH: 'scanned:*', COUNT: 100, TYPE: 'string' })) {
            batch.forEach(key => keys.add(key));
        }
        assert.equal(keys.size, 1000);
        await redis.hSet('scanned', fields);
        const found = {};
        for await (const batch of redis.hScanIterator('scanned', { COUNT: 50 })) {
            batch.forEach(({ field, value }) => { found[field] = value; });
        }
        assert.deepEqual(found, fields);
        await redis.zAdd('zscanned', Object.keys(fields).map((value, score) => ({ value, score })));
        const members = new Set();
        for await (const batch of redis.zScanIterator('zscanned', { MATCH: '*99' })) {
            batch.forEach(({ value, score }) => members.add(`${value} ${score}`));
        }
        assert.equal(members.size, 10);
        assert.equal(await redis.del([...keys]), 1000);
    });

    await check('the cache of a client is told what changed', async () => {
        const cache = new BasicClientSideCache({ ttl: 0, maxEntries: 100, evictPolicy: 'LRU', recordStats: true });
        await withClient(plainClient({ clientSideCache: cache }), async cached => {
            await redis.set('cached', '1');
            assert.deepEqual([await cached.get('cached'), await cached.get('cached')], ['1', '1']);
            assert.deepEqual([cache.stats().hitCount, cache.stats().missCount], [1, 1]);
            await redis.set('cached', '2');
            await eventually('the change is seen', async () => (await cached.get('cached')) === '2');
            await redis.hSet('cached hash', 'f', '1');
            await cached.hGetAll('cached hash');
            assert.equal(cache.size(), 2);
            await redis.flushDb();
            await eventually('the cache is empty', () => cache.size() === 0);
        });
    });

    await check('a pool has connections of its own for all who wait', async () => {
        const pool = onErrors(createClientPool({ socket: nodes[0] }, { minimum: 1, maximum: 5 }));
        await withClient(pool, async () => {
            const popped = Promise.all(Array.from({ length: 4 }, () => pool.blPop('pool queue', 4)));
            assert.equal(await pool.set('pooled', 'v'), 'OK');
            await pool.rPush('pool queue', ['a', 'b', 'c', 'd']);
            assert.deepEqual((await popped).map(({ element }) => element).sort(), ['a', 'b', 'c', 'd']);
        });
    });

    await check('expiry is told as a keyspace event', async () => {
        await redis.configSet('notify-keyspace-events', 'Ex');
        await withClient(onErrors(redis.duplicate()), async subscriber => {
            const expired = new Promise(resolve => {
                subscriber.subscribe('__keyevent@0__:expired', resolve)
                    .then(() => redis.set('short', 'v', { expiration: { type: 'PX', value: 20 } }));
            });
            assert.equal(await expired, 'short');
        });
        await redis.configSet('notify-keyspace-events', '');
    });

    await check('a monitor sees commands', async () => {
        await withClient(onErrors(redis.duplicate()), async monitor => {
            const seen = new Promise(resolve => {
                monitor.monitor(line => line.includes('"SET"') && resolve(line))
                    .then(() => redis.set('monitored', '"v"'));
            });
            assert.match(await seen, /^\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] "SET" "monitored" "\\"v\\""$/);
        });
    });

    await check('users have the rights they were given', async () => {
        await redis.aclSetUser('bea', ['on', '>secret', '~own:*', '+@all', '-@dangerous']);
        await withClient(plainClient({ username: 'bea', password: 'secret' }), async bea => {
            assert.equal(await bea.set('own:1', 'v'), 'OK');
            assert.equal(await bea.aclWhoAmI(), 'bea');
            await assert.rejects(bea.set('others', 'v'), /NOPERM/);
            await assert.rejects(bea.flushAll(), /NOPERM/);
        });
        const once = { ...nodes[0], reconnectStrategy: false };
        const wrong = plainClient({ username: 'bea', password: 'wrong', socket: once });
        await assert.rejects(wrong.connect(), /WRONGPASS/);
        assert.equal(await redis.aclDelUser('bea'), 1);
    });

    await check('a client that was cut off connects again and has its subscriptions', async () => {
        const options = { name: 'cut', socket: { ...nodes[0], reconnectStrategy: () => 20 } };
        await withClient(plainClient(options), async subscriber => {
            const heard = [];
            await subscriber.subscribe('after', message => heard.push(message));
            const [{ id }] = (await redis.clientList()).filter(({ name }) => name === 'cut');
            assert.equal(await redis.clientKill({ filter: 'ID', id }), 1);
            await eventually('a message is heard', async () => {
                await redis.publish('after', 'hello');
                return heard.length > 0;
            });
        });
    });

    await redis.close();
}

async function clusterChecks() {
    await commonChecks('cluster RESP3', () => clusterClient());
    await commonChecks('cluster RESP2', () => clusterClient({ RESP: 2 }));
    const redis = await clusterClient().connect();
    const names = Array.from({ length: 300 }, (_, i) => `nr spread:${i}`);
    const valueOf = name => `${name}!`;

    await check('keys of all slots are written and read one by one and together', async () => {
        await Promise.all(names.map(name => redis.set(name, valueOf(name))));
        assert.deepEqual(await Promise.all(names.map(name => redis.get(name))), names.map(valueOf));
        assert.equal(redis.masters.length, 3);
        assert.deepEqual(await redis.mGet(names), names.map(valueOf));
        assert.equal(await redis.exists(names), 300);
        assert.equal(await redis.mSet(names.map(name => [`m ${name}`, name])), 'OK');
        assert.equal(await redis.del(names.map(name => `m ${name}`)), 300);
    });

    await check('every key of the cluster is scanned', async () => {
        const found = new Set();
        let cursor = '0';
        do {
            const reply = await redis.scan(cursor, { MATCH: 'nr spread:*', COUNT: 100 });
            reply.keys.forEach(key => found.add(key));
            ({ cursor } = reply);
        } while (cursor !== '0');
        assert.deepEqual(found, new Set(names));
    });

    await check('a node sends clients to the one that serves the key', async () => {
        const replies = await Promise.all(nodes.map(node => withClient(
            plainClient({}, node), client => client.get(names[0]).catch(error => error.message))));
        assert.equal(replies.filter(reply => reply === valueOf(names[0])).length, 1);
        assert.equal(replies.filter(reply => /^MOVED \d+ 127\.0\.0\.1:\d+$/.test(reply)).length, 2);
    });

    await check('a client that knows the wrong nodes is redirected and learns', async () => {
        const right = redis.slots.map(shard => shard.master);
        const wrong = new Map(redis.masters.map((master, i, all) => [master, all[(i + 1) % all.length]]));
        redis.slots.forEach(shard => { shard.master = wrong.get(shard.master) ?? shard.master; });
        const some = names.slice(0, 30);
        assert.deepEqual(await Promise.all(some.map(name => redis.get(name))), some.map(valueOf));
        assert.deepEqual(redis.slots.map(shard => shard.master.address), right.map(master => master.address));
    });

    await check('keys of several slots in one script are refused', async () => {
        await assert.rejects(redis.eval('return 1', { keys: names.slice(0, 2) }), /CROSSSLOT/);
    });

    await check('reads that are spread over the replicas find every key', async () => {
        await withClient(clusterClient({ useReplicas: true }), async reader => {
            for (let round = 0; round < 3; round++) {
                assert.deepEqual(await Promise.all(names.map(name => reader.get(name))), names.map(valueOf));
            }
        });
    });

    await check('the cache of a cluster client is told what changed', async () => {
        const cache = new BasicPooledClientSideCache(
            { ttl: 0, maxEntries: 1000, evictPolicy: 'LRU', recordStats: true });
        await withClient(clusterClient({ clientSideCache: cache }), async cached => {
            for (const name of [...names, ...names]) {
                assert.equal(await cached.get(name), valueOf(name));
            }
            assert.deepEqual([cache.stats().hitCount, cache.stats().missCount], [300, 300]);
            await Promise.all(names.map(name => redis.set(name, 'new')));
            await eventually('all changes are seen', async () =>
                (await Promise.all(names.map(name => cached.get(name)))).every(value => value === 'new'));
        });
    });

    await check('the cluster describes itself', async () => {
        assert.match(await redis.clusterInfo(), /^cluster_state:ok\r\n/);
        const slots = await redis.clusterSlots();
        assert.equal(slots.reduce((sum, { from, to }) => sum + to - from + 1, 0), 16384);
        assert.ok(await redis.dbSize() >= 300);
    });

    await redis.close();
}

async function failoverChecks() {
    // Five seconds pass by default before the client asks for the slots of a node that is gone.
    const options = { topologyRefreshOnReconnectionAttemptStrategy: 100 };
    const redis = await clusterClient(options).connect();
    const subscriber = await clusterClient(options).connect();
    const heard = [];
    await subscriber.subscribe('news', message => heard.push(message));
    const shardHeard = new Set();
    const channels = Array.from({ length: 20 }, (_, i) => `shard:${i}`);
    for (const channel of channels) {
        await subscriber.sSubscribe(channel, (message, from) => shardHeard.add(`${from} ${message}`));
    }
    await goOnWithoutANode({
        set: (key, value) => redis.set(key, value),
        get: key => redis.get(key),
        nodes: () => redis.masters.length,
        listens: async () => {
            await eventually('a message of now is heard', async () => {
                await redis.publish('news', 'after');
                return heard.includes('after');
            });
            await eventually('a message of now is heard on all shard channels', async () => {
                await Promise.all(channels.map(channel => redis.sPublish(channel, 'after').catch(() => {})));
                return channels.every(channel => shardHeard.has(`${channel} after`));
            });
        },
    });

    redis.destroy();
    subscriber.destroy();
}

await { plain: plainChecks, cluster: clusterChecks, failover: failoverChecks }[mode]();
finish();
