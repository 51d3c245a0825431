// ioredis against Rondo: node ioredis.mjs plain|cluster|failover HOST:PORT,... NodeClientsIT starts the nodes.
import assert from 'node:assert/strict';
import { Redis, Cluster, ReplyError } from 'ioredis';
import { allBytes, check, commandLine, eventually, finish } from './checks.mjs';
import { goOnWithoutANode } from './failover.mjs';

const { mode, nodes } = commandLine();
const TAG = '{io}';

function plainClient(options = {}) {
    return new Redis({ ...nodes[0], ...options });
}

function clusterClient({ cluster = {}, ...redisOptions } = {}) {
    return new Cluster(nodes, { ...cluster, redisOptions });
}

async function withClient(client, body) {
    try {
        return await body(client);
    } finally {
        client.disconnect();
    }
}

/** What works alike on a plain server and in a cluster; keys of one command share a hash tag. */
async function commonChecks(label, newClient) {
    const redis = newClient();
    const key = name => `${TAG}${label}:${name}`;
    const checked = (name, body) => check(`${label}: ${name}`, body);

    await checked('strings are set, counted and expire', async () => {
        assert.equal(await redis.set(key('s'), '10', 'EX', 100), 'OK');
        assert.equal(await redis.set(key('s'), '11', 'NX'), null);
        assert.equal(await redis.set(key('s'), '12', 'KEEPTTL', 'GET'), '10');
        assert.equal(await redis.incrby(key('s'), 5), 17);
        assert.equal(await redis.decr(key('s')), 16);
        assert.equal(await redis.incrbyfloat(key('s'), 0.5), '16.5');
        assert.equal(await redis.append(key('s'), '!'), 5);
        assert.equal(await redis.getrange(key('s'), 2, -1), '.5!');
        const ttl = await redis.pttl(key('s'));
        assert.ok(ttl > 50_000 && ttl <= 100_000, `${ttl}`);
        assert.equal(await redis.getdel(key('s')), '16.5!');
        assert.equal(await redis.get(key('s')), null);
        assert.equal(await redis.mset({ [key('a')]: 'ä', [key('b')]: '🙂' }), 'OK');
        assert.deepEqual(await redis.mget(key('a'), key('none'), key('b')), ['ä', null, '🙂']);
        assert.equal(await redis.set(key('gone'), 'x', 'PX', 5), 'OK');
        await eventually('the key expires', async () => (await redis.exists(key('gone'))) === 0);
        assert.equal(await redis.unlink(key('a'), key('b'), key('none')), 2);
    });

    await checked('hashes are read as objects', async () => {
        assert.equal(await redis.hset(key('h'), { name: 'Ada', born: 1815 }), 2);
        assert.deepEqual(await redis.hgetall(key('h')), { name: 'Ada', born: '1815' });
        assert.deepEqual(await redis.hgetall(key('none')), {});
        assert.deepEqual(await redis.hmget(key('h'), 'name', 'none'), ['Ada', null]);
        assert.equal(await redis.hincrby(key('h'), 'born', 1), 1816);
        assert.equal(await redis.hsetnx(key('h'), 'name', 'Bob'), 0);
        assert.deepEqual(await redis.hkeys(key('h')), ['name', 'born']);
        assert.deepEqual(await redis.hrandfield(key('h'), -1, 'WITHVALUES').then(flat => flat.length), 2);
        assert.equal(await redis.hdel(key('h'), 'name', 'born'), 2);
        assert.equal(await redis.exists(key('h')), 0);
    });

    await checked('lists keep their order', async () => {
        assert.equal(await redis.rpush(key('l'), 'a', 'b', 'c', 'd'), 4);
        assert.equal(await redis.linsert(key('l'), 'BEFORE', 'b', 'ab'), 5);
        assert.deepEqual(await redis.lrange(key('l'), 0, -1), ['a', 'ab', 'b', 'c', 'd']);
        assert.equal(await redis.lpos(key('l'), 'c'), 3);
        assert.equal(await redis.lmove(key('l'), key('l2'), 'RIGHT', 'LEFT'), 'd');
        assert.deepEqual(await redis.lpop(key('l'), 2), ['a', 'ab']);
        assert.equal(await redis.ltrim(key('l'), 1, 1), 'OK');
        assert.deepEqual(await redis.lmpop(2, key('none'), key('l'), 'LEFT'), [key('l'), ['c']]);
        assert.equal(await redis.llen(key('l2')), 1);
    });

    await checked('sets are combined', async () => {
        assert.equal(await redis.sadd(key('x'), 'a', 'b', 'c'), 3);
        assert.equal(await redis.sadd(key('y'), 'b', 'c', 'd'), 3);
        assert.deepEqual((await redis.sinter(key('x'), key('y'))).sort(), ['b', 'c']);
        assert.deepEqual((await redis.sunion(key('x'), key('y'))).sort(), ['a', 'b', 'c', 'd']);
        assert.deepEqual(await redis.sdiff(key('x'), key('y')), ['a']);
        assert.deepEqual(await redis.smismember(key('x'), 'a', 'z'), [1, 0]);
        assert.equal(await redis.sintercard(2, key('x'), key('y')), 2);
        assert.equal((await redis.spop(key('x'), 3)).length, 3);
        assert.deepEqual(await redis.smembers(key('x')), []);
    });

    await checked('sorted sets rank and places are found', async () => {
        assert.equal(await redis.zadd(key('z'), 1.5, 'ada', 2, 'bob', '-inf', 'eve'), 3);
        assert.equal(await redis.zadd(key('z'), 'XX', 'GT', 'CH', 3, 'ada'), 1);
        assert.deepEqual(await redis.zrange(key('z'), 0, -1, 'WITHSCORES'), ['eve', '-inf', 'bob', '2', 'ada', '3']);
        assert.deepEqual(await redis.zrange(key('z'), '+inf', 2, 'BYSCORE', 'REV', 'LIMIT', 0, 1), ['ada']);
        assert.equal(await redis.zincrby(key('z'), 0.25, 'bob'), '2.25');
        assert.equal(await redis.zscore(key('z'), 'none'), null);
        assert.deepEqual(await redis.zmscore(key('z'), 'bob', 'none'), ['2.25', null]);
        assert.equal(await redis.zrevrank(key('z'), 'ada'), 0);
        assert.deepEqual(await redis.zpopmin(key('z')), ['eve', '-inf']);
        assert.deepEqual(await redis.zunion(2, key('z'), key('none'), 'WITHSCORES'), ['bob', '2.25', 'ada', '3']);
        const places = [13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'];
        assert.equal(await redis.geoadd(key('geo'), places), 2);
        assert.equal(await redis.geodist(key('geo'), 'Palermo', 'Catania', 'km'), '166.2742');
        assert.deepEqual(
            await redis.geosearch(key('geo'), 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'km', 'ASC'),
            ['Catania', 'Palermo']);
    });

    await checked('bitmaps and HyperLogLogs count', async () => {
        assert.equal(await redis.setbit(key('bits'), 7, 1), 0);
        assert.equal(await redis.bitcount(key('bits')), 1);
        assert.deepEqual(await redis.bitfield(key('bits'), 'INCRBY', 'u8', 0, 4, 'GET', 'u4', 0), [5, 0]);
        assert.equal(await redis.pfadd(key('hll'), 'a', 'b', 'c', 'a'), 1);
        assert.equal(await redis.pfcount(key('hll')), 3);
    });

    await checked('groups read streams', async () => {
        const stream = key('stream');
        assert.equal(await redis.xgroup('CREATE', stream, 'group', '0', 'MKSTREAM'), 'OK');
        const first = await redis.xadd(stream, '*', 'field', 'value');
        const second = await redis.xadd(stream, 'MAXLEN', '~', 1000, '*', 'n', 2);
        assert.match(first, /^\d+-\d+$/);
        assert.deepEqual(await redis.xrange(stream, '-', '+', 'COUNT', 1), [[first, ['field', 'value']]]);
        assert.deepEqual(await redis.xread('COUNT', 10, 'STREAMS', stream, first), [[stream, [[second, ['n', '2']]]]]);
        assert.deepEqual(
            await redis.xreadgroup('GROUP', 'group', 'ann', 'COUNT', 2, 'STREAMS', stream, '>'),
            [[stream, [[first, ['field', 'value']], [second, ['n', '2']]]]]);
        assert.equal(await redis.xack(stream, 'group', first), 1);
        assert.deepEqual(await redis.xpending(stream, 'group'), [1, second, second, [['ann', '1']]]);
        const [cursor, claimed] = await redis.xautoclaim(stream, 'group', 'bob', 0, '0');
        assert.deepEqual([cursor, claimed], ['0-0', [[second, ['n', '2']]]]);
        assert.equal(await redis.xreadgroup('GROUP', 'group', 'ann', 'STREAMS', stream, '>'), null);
        const [consumer] = await redis.xinfo('CONSUMERS', stream, 'group').then(all => all.slice(-1));
        assert.deepEqual(consumer.slice(0, 4), ['name', 'bob', 'pending', 1]);
        assert.equal(await redis.xdel(stream, first), 1);
        assert.equal(await redis.xlen(stream), 1);
    });

    await checked('values of every byte and large ones come back unchanged', async () => {
        const binary = Buffer.concat([Buffer.from(TAG), allBytes()]);
        assert.equal(await redis.set(binary, allBytes()), 'OK');
        assert.deepEqual(await redis.getBuffer(binary), allBytes());
        assert.equal(await redis.hset(key('bytes'), binary, allBytes()), 1);
        assert.deepEqual(await redis.hgetBuffer(key('bytes'), binary), allBytes());
        assert.deepEqual(await redis.hkeysBuffer(key('bytes')), [binary]);
        assert.equal(await redis.rpush(key('binary list'), allBytes(), ''), 2);
        assert.deepEqual(await redis.lrangeBuffer(key('binary list'), 0, -1), [allBytes(), Buffer.alloc(0)]);
        const dump = await redis.dumpBuffer(binary);
        assert.equal(await redis.restore(key('restored'), 0, dump), 'OK');
        assert.deepEqual(await redis.getBuffer(key('restored')), allBytes());
        const large = Buffer.alloc(5_000_000, allBytes());
        assert.equal(await redis.set(key('large'), large), 'OK');
        assert.ok(large.equals(await redis.getBuffer(key('large'))));
        assert.equal(await redis.del(binary, key('large'), key('restored')), 3);
    });

    await checked('a pipeline has each reply, errors too, in order', async () => {
        const pipeline = redis.pipeline();
        for (let i = 0; i < 500; i++) {
            pipeline.incrby(key('pipelined'), i);
        }
        pipeline.lpush(key('pipelined'), 'x').get(key('pipelined'));
        const replies = await pipeline.exec();
        assert.equal(replies.length, 502);
        assert.deepEqual(replies[499], [null, 499 * 250]);
        assert.ok(replies[500][0] instanceof ReplyError);
        assert.match(replies[500][0].message, /^WRONGTYPE Operation against a key/);
        assert.deepEqual(replies[501], [null, '124750']);
    });

    await checked('a transaction is of one piece, unless a watched key was changed', async () => {
        await redis.set(key('watched'), '1');
        await redis.watch(key('watched'));
        assert.deepEqual(
            await redis.multi().incr(key('watched')).hset(key('tx'), 'f', 'v').hgetall(key('tx')).exec(),
            [[null, 2], [null, 1], [null, { f: 'v' }]]);
        await redis.watch(key('watched'));
        await withClient(newClient(), other => other.set(key('watched'), '10'));
        assert.equal(await redis.multi().incr(key('watched')).exec(), null);
        assert.equal(await redis.get(key('watched')), '10');
        const [first, second] = await redis.multi().lpush(key('watched'), 'x').incr(key('watched')).exec();
        assert.match(first[0].message, /^WRONGTYPE/);
        assert.deepEqual(second, [null, 11]);
        await assert.rejects(
            redis.multi().set(key('watched')).exec(), /EXECABORT Transaction discarded because of previous errors/);
    });

    await checked('defined commands run by their hash and are loaded where it is unknown', async () => {
        redis.defineCommand('addTo', {
            numberOfKeys: 1,
            lua: `return {redis.call('INCRBY', KEYS[1], ARGV[1]), ARGV[2], '${label}'}`,
        });
        assert.deepEqual(await redis.addTo(key('lua'), 5, 'ü'), [5, 'ü', label]);
        const all = redis.nodes ? redis.nodes('master') : [redis];
        await Promise.all(all.map(node => node.script('FLUSH')));
        assert.deepEqual(await redis.addTo(key('lua'), 2, 'x'), [7, 'x', label]);
        assert.deepEqual((await redis.addToBuffer(key('lua'), 1, allBytes()))[1], allBytes());
        assert.deepEqual(await redis.pipeline().addTo(key('lua'), 1, 'p').exec(), [[null, [9, 'p', label]]]);
        await assert.rejects(redis.evalsha('f'.repeat(40), 1, key('lua')), /^ReplyError: NOSCRIPT/);
        await assert.rejects(redis.eval('return redis.error_reply("MINE no")', 1, key('lua')), /^ReplyError: MINE no/);
    });

    await checked('functions are loaded and called', async () => {
        const code = "#!lua name=node\nredis.register_function('put', function(keys, args) "
            + "return redis.call('SET', keys[1], args[1]) end)";
        assert.equal(await redis.function('LOAD', 'REPLACE', code), 'node');
        await eventually('the function is on every node', async () =>
            (await redis.fcall('put', 1, key('fn'), 'v').catch(error => error.message)) === 'OK');
        assert.equal(await redis.get(key('fn')), 'v');
    });

    await checked('subscribers hear channels and patterns', async () => {
        await withClient(newClient(), async subscriber => {
            const heard = [];
            subscriber.on('message', (channel, message) => heard.push(`${channel} ${message}`));
            subscriber.on('pmessage', (pattern, channel, message) => heard.push(`${pattern} ${channel} ${message}`));
            subscriber.on('messageBuffer', (channel, message) => heard.push(message.length));
            assert.equal(await subscriber.subscribe(key('news'), key('other')), 2);
            assert.equal(await subscriber.psubscribe(`${TAG}${label}:n?ws`), 3);
            await redis.publish(key('news'), 'hello');
            await eventually('all three are heard', () => heard.length >= 3);
            const message = `${key('news')} hello`;
            assert.deepEqual(heard.sort(), [5, message, `${TAG}${label}:n?ws ${message}`].sort());
            assert.equal(await subscriber.unsubscribe(key('other')), 2);
        });
    });

    await checked('a duplicate waits for elements while the client goes on', async () => {
        const waiting = redis.duplicate();
        await withClient(waiting, async () => {
            const popped = waiting.blpop(key('none'), key('queue'), 20);
            assert.equal(await redis.get(key('none')), null);
            await redis.rpush(key('queue'), 'job');
            assert.deepEqual(await popped, [key('queue'), 'job']);
            const least = waiting.bzpopmin(key('zqueue'), 20);
            await redis.zadd(key('zqueue'), 1.5, 'm');
            assert.deepEqual(await least, [key('zqueue'), 'm', '1.5']);
            const read = waiting.xread('BLOCK', 20_000, 'STREAMS', key('squeue'), '$');
            const timer = setInterval(() => redis.xadd(key('squeue'), '*', 'f', 'v'), 20);
            assert.deepEqual((await read.finally(() => clearInterval(timer)))[0][1][0][1], ['f', 'v']);
            const moved = waiting.blmove(key('from'), key('to'), 'LEFT', 'RIGHT', 20);
            await redis.rpush(key('from'), 'e');
            assert.equal(await moved, 'e');
            assert.equal(await waiting.brpop(key('none'), 0.01), null);
        });
    });

    await checked('members and fields are scanned as streams', async () => {
        const fields = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${i}`, `${i}`]));
        await redis.hset(key('big'), fields);
        const found = new Map();
        for await (const batch of redis.hscanStream(key('big'), { count: 50 })) {
            for (let i = 0; i < batch.length; i += 2) {
                found.set(batch[i], batch[i + 1]);
            }
        }
        assert.deepEqual(Object.fromEntries(found), fields);
        await redis.sadd(key('many'), Object.keys(fields));
        const members = new Set();
        for await (const batch of redis.sscanStream(key('many'), { match: 'f1*' })) {
            batch.forEach(member => members.add(member));
        }
        assert.equal(members.size, 111);
    });

    await checked('errors are told in the words of Redis', async () => {
        await redis.set(key('text'), 'x');
        await assert.rejects(redis.incr(key('text')), /^ReplyError: ERR value is not an integer or out of range$/);
        await assert.rejects(redis.lpush(key('text'), 'y'), /^ReplyError: WRONGTYPE Operation against a key holding/);
        await assert.rejects(redis.call('NOSUCH', key('text')), /^ReplyError: ERR unknown command 'NOSUCH'/);
    });

    await redis.quit();
}

async function plainChecks() {
    await commonChecks('plain', () => plainClient());
    await commonChecks('plain RESP2', () => plainClient({ protocol: 2 }));
    const redis = plainClient({ connectionName: 'app' });

    await check('replies of RESP3 are objects and numbers on demand', async () => {
        await withClient(plainClient({ replyMapping: 'resp3' }), async resp3 => {
            assert.deepEqual(await resp3.config('GET', 'databases'), { databases: '16' });
            await resp3.zadd('z3', 1.5, 'm');
            assert.equal(await resp3.zscore('z3', 'm'), 1.5);
        });
    });

    await check('the connection has its name and its database', async () => {
        assert.equal(await redis.client('GETNAME'), 'app');
        assert.match(await redis.client('LIST'), / name=app .* lib-name=ioredis/);
        await withClient(plainClient({ db: 3 }), async third => {
            await third.set('only here', 'v');
            assert.equal(await third.dbsize(), 1);
            assert.equal(await redis.get('only here'), null);
            assert.match(await redis.info('keyspace'), /db3:keys=1,/);
            await third.flushdb();
        });
    });

    await check('every key is scanned', async () => {
        await redis.mset(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`scanned:${i}`, 'v'])));
        const keys = new Set();
        for await (const batch of redis.scanStream({ match: 'scanned:*', count: 100, type: 'string' })) {
            batch.forEach(key => keys.add(key));
        }
        assert.equal(keys.size, 1000);
        assert.equal(await redis.del(...keys), 1000);
    });

    await check('a prefix is put before keys', async () => {
        await withClient(plainClient({ keyPrefix: 'prefix:' }), async prefixed => {
            await prefixed.mset('a', '1', 'b', '2');
            assert.deepEqual(await redis.mget('prefix:a', 'prefix:b'), ['1', '2']);
            assert.equal(await prefixed.eval("return redis.call('GET', KEYS[1])", 1, 'b'), '2');
        });
    });

    await check('commands of one turn of the event loop are pipelined', async () => {
        await withClient(plainClient({ enableAutoPipelining: true }), async auto => {
            const replies = await Promise.all(Array.from({ length: 300 }, (_, i) => auto.incrby('auto', i)));
            assert.equal(replies[299], 299 * 150);
        });
    });

    await check('expiry is told as a keyspace event', async () => {
        await redis.config('SET', 'notify-keyspace-events', 'Ex');
        await withClient(plainClient(), async subscriber => {
            const expired = new Promise(resolve => subscriber.on('message', (_, key) => resolve(key)));
            await subscriber.subscribe('__keyevent@0__:expired');
            await redis.set('short', 'v', 'PX', 20);
            assert.equal(await expired, 'short');
        });
        await redis.config('SET', 'notify-keyspace-events', '');
    });

    await check('a monitor sees commands', async () => {
        await withClient(await redis.monitor(), async monitor => {
            const seen = new Promise(resolve => monitor.on('monitor', (time, args) => {
                if (args[0] === 'set') {
                    resolve(args);
                }
            }));
            await redis.set('monitored', '"v"');
            assert.deepEqual(await seen, ['set', 'monitored', '"v"']);
        });
    });

    await check('users have the rights they were given', async () => {
        await redis.acl('SETUSER', 'ann', 'on', '>secret', '~own:*', '+@all', '-@dangerous', '+info');
        await withClient(plainClient({ username: 'ann', password: 'secret' }), async ann => {
            assert.equal(await ann.set('own:1', 'v'), 'OK');
            await assert.rejects(ann.set('others', 'v'), /^ReplyError: NOPERM No permissions to access a key/);
            await assert.rejects(ann.flushall(), /^ReplyError: NOPERM/);
        });
        const wrong = plainClient({ username: 'ann', password: 'wrong', lazyConnect: true, retryStrategy: null });
        wrong.on('error', () => {});
        await assert.rejects(wrong.connect().then(() => wrong.get('own:1')), /WRONGPASS|Connection is closed/);
        wrong.disconnect();
        assert.equal(await redis.acl('DELUSER', 'ann'), 1);
    });

    await check('a client that was cut off connects again and has its subscriptions', async () => {
        await withClient(plainClient({ connectionName: 'cut', retryStrategy: () => 20 }), async subscriber => {
            const heard = [];
            subscriber.on('message', (_, message) => heard.push(message));
            await subscriber.subscribe('after');
            const [line] = (await redis.client('LIST')).split('\n').filter(client => client.includes(' name=cut '));
            assert.equal(await redis.client('KILL', 'ID', /id=(\d+)/.exec(line)[1]), 1);
            await eventually('a message is heard', async () => {
                await redis.publish('after', 'hello');
                return heard.length > 0;
            });
        });
    });

    await redis.quit();
}

async function clusterChecks() {
    await commonChecks('cluster', () => clusterClient());
    await commonChecks('cluster RESP2', () => clusterClient({ protocol: 2 }));
    const redis = clusterClient();
    const names = Array.from({ length: 300 }, (_, i) => `spread:${i}`);

    await check('keys of all slots are written, read and scanned', async () => {
        await Promise.all(names.map((name, i) => redis.set(name, `${i}`)));
        assert.deepEqual(await Promise.all(names.map(name => redis.get(name))), names.map((_, i) => `${i}`));
        const masters = redis.nodes('master');
        assert.equal(masters.length, 3);
        const found = new Set();
        for (const master of masters) {
            const before = found.size;
            for await (const batch of master.scanStream({ match: 'spread:*', count: 100 })) {
                batch.forEach(key => found.add(key));
            }
            assert.ok(found.size > before);
        }
        assert.equal(found.size, 300);
    });

    await check('a pipeline goes to several slots of the same nodes', async () => {
        const found = await Promise.all(redis.nodes('master').map(node => node.keys('spread:*')));
        for (const keys of found) {
            // ioredis pipelines slots together whose primary and replicas are the same.
            const groups = new Map();
            for (const key of keys) {
                const owners = redis.slots[slotOf(key)].join();
                groups.set(owners, [...(groups.get(owners) ?? []), key]);
            }
            for (const group of groups.values()) {
                const pipeline = redis.pipeline();
                group.forEach(key => pipeline.append(key, '!').strlen(key));
                const replies = await pipeline.exec();
                assert.ok(replies.every(([error, length]) => error === null && length >= 2));
            }
        }
    });

    await check('commands to all slots are pipelined by themselves', async () => {
        await withClient(clusterClient({ cluster: { enableAutoPipelining: true } }), async auto => {
            const replies = await Promise.all(names.map((name, i) => auto.incrby(`auto:${name}`, i)));
            assert.deepEqual(replies, names.map((_, i) => i));
        });
    });

    await check('a node sends clients to the one that serves the key', async () => {
        const replies = await Promise.all(nodes.map(node => withClient(
            new Redis(node), client => client.get('spread:1').catch(error => error.message))));
        assert.equal(replies.filter(reply => /^1/.test(reply)).length, 1);
        assert.equal(replies.filter(reply => /^MOVED \d+ 127\.0\.0\.1:\d+$/.test(reply)).length, 2);
    });

    await check('a client that knows the wrong node is redirected and learns', async () => {
        const slot = slotOf('spread:1');
        const [right] = redis.slots[slot];
        const wrong = redis.nodes('master').map(node => `127.0.0.1:${node.options.port}`).find(key => key !== right);
        redis.slots[slot] = [wrong];
        assert.match(await redis.get('spread:1'), /^1/);
        await eventually('the slot is known again', () => redis.slots[slot][0] === right);
    });

    await check('keys of several slots in one command are refused', async () => {
        await assert.rejects(redis.mget('spread:1', 'spread:2'), /^ReplyError: CROSSSLOT Keys in request/);
        await assert.rejects(redis.eval('return 1', 2, 'spread:1', 'spread:2'), /CROSSSLOT/);
    });

    await check('reads that are spread find every key', async () => {
        await withClient(clusterClient({ cluster: { scaleReads: 'all' } }), async reader => {
            for (let round = 0; round < 3; round++) {
                const values = await Promise.all(names.map(name => reader.get(name)));
                assert.ok(values.every((value, i) => value === `${i}!`), values.join());
            }
        });
    });

    await check('replicas answer where connections are told that they may', async () => {
        await withClient(clusterClient({ cluster: { scaleReads: 'slave' } }), async reader => {
            // ioredis says READONLY to nodes that are replicas only; a node of Rondo is the primary of other slots.
            reader.on('+node', node => node.on('ready', () => node.readonly()));
            const values = await Promise.all(names.map(name => reader.get(name)));
            assert.ok(values.every((value, i) => value === `${i}!`), values.join());
        });
    });

    await check('shard channels are heard', async () => {
        await withClient(clusterClient({ cluster: { shardedSubscribers: true } }), async subscriber => {
            const heard = new Set();
            subscriber.on('smessage', (channel, message) => heard.add(`${channel} ${message}`));
            const channels = Array.from({ length: 10 }, (_, i) => `shard:${i}`);
            for (const channel of channels) {
                await subscriber.ssubscribe(channel);
            }
            for (const channel of channels) {
                assert.equal(await redis.spublish(channel, 'hello'), 1);
            }
            await eventually('all ten are heard', () => heard.size === 10);
            await subscriber.sunsubscribe(channels[0]);
        });
    });

    await check('the cluster describes itself', async () => {
        assert.match(await redis.cluster('INFO'), /^cluster_state:ok\r\n/);
        const slots = await redis.cluster('SLOTS');
        assert.equal(slots.reduce((sum, [from, to]) => sum + to - from + 1, 0), 16384);
        assert.ok((await redis.cluster('SHARDS')).length >= 3);
        assert.equal(await redis.cluster('KEYSLOT', 'spread:1'), slotOf('spread:1'));
    });

    await redis.quit();
}

/** The slot of a key without a tag: CRC16 (XMODEM) modulo 16384. */
function slotOf(key) {
    let crc = 0;
    for (const byte of Buffer.from(key)) {
        crc ^= byte << 8;
        for (let bit = 0; bit < 8; bit++) {
            crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
        }
    }
    return crc % 16384;
}

async function failoverChecks() {
    const redis = clusterClient();
    const subscriber = clusterClient();
    const heard = [];
    subscriber.on('message', (_, message) => heard.push(message));
    await subscriber.subscribe('news');
    await goOnWithoutANode({
        set: (key, value) => redis.set(key, value),
        get: key => redis.get(key),
        nodes: () => redis.nodes('master').length,
        listens: () => eventually('a message of now is heard', async () => {
            await redis.publish('news', 'after');
            return heard.includes('after');
        }),
    });

    redis.disconnect();
    subscriber.disconnect();
}

await { plain: plainChecks, cluster: clusterChecks, failover: failoverChecks }[mode]();
finish();
