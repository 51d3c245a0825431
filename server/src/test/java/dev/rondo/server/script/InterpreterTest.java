package dev.rondo.server.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterpreterTest {
    private final Evaluation lua = new Evaluation();

    @AfterEach
    void close() {
        lua.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '`',
            textBlock =
                    """
            return 3.99                                       ! :3|
            return 1/0                                        ! :-9223372036854775808|
            return 'hello'                                    ! $5|hello|
            return nil                                        ! $-1|
            return false                                      ! $-1|
            return true                                       ! :1|
            return {1, {'x'}, nil, 4}                         ! *2|:1|*1|$1|x|
            return {ok='PONG'}                                ! +PONG|
            return {err='My error'}                           ! -My error|
            return {double=3.5}                               ! $3|3.5|
            return {big_number='123'}                         ! $3|123|
            return {verbatim_string={format='txt',string='s'}}! $1|s|
            return {map={a=1}}                                ! *2|$1|a|:1|
            return {set={a=true}}                             ! *1|$1|a|
            return redis.status_reply('FINE')                 ! +FINE|
            return redis.error_reply('MY error')              ! -MY error|
            return redis.error_reply('oops')                  ! -ERR oops|
            return redis.sha1hex('')                          ! $40|da39a3ee5e6b4b0d3255bfef95601890afd80709|
            redis.setresp(3); return false                    ! :0|
            """)
    void valuesBecomeReplies(String body, String reply) {
        assertEquals(reply, lua.eval(body));
    }

    @Test
    void stringsKeepAnyBytes() {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c < 256; c++) {
            all.append((char) c);
        }
        for (int times : new int[] {1, 256, 257, 700, 1024, 5000}) { // below, at and between whole pieces
            String bytes = all.toString().repeat(times);
            assertEquals(
                    "$" + bytes.length() + "|" + bytes.replace("\r\n", "|") + "|", lua.eval("return ARGV[1]", bytes));
            assertEquals(":" + bytes.length() + "|", lua.eval("return #ARGV[1]", bytes));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '`',
            textBlock =
                    """
            return foo            ! user_script:1: Script attempted to access nonexistent global variable 'foo'
            foo = 1               ! user_script:1: Attempt to modify a readonly table
            KEYS = 1              ! user_script:1: Attempt to modify a readonly table
            redis.call = 1        ! user_script:1: Attempt to modify a readonly table
            string.x = 1          ! user_script:1: Attempt to modify a readonly table
            _G.x = 1              ! user_script:1: Attempt to modify a readonly table
            getmetatable('').__index = 1   ! user_script:1: Attempt to modify a readonly table
            getmetatable(_G).__index = 1   ! user_script:1: Attempt to modify a readonly table
            rawset(_G, 'x', 1)    ! Attempt to modify a readonly table
            setmetatable(_G, {})  ! Attempt to modify a readonly table
            rawset({}, nil, 1)    ! table index is nil
            return print          ! user_script:1: Script attempted to access nonexistent global variable 'print'
            return require        ! user_script:1: Script attempted to access nonexistent global variable 'require'
            return debug          ! user_script:1: Script attempted to access nonexistent global variable 'debug'
            return getfenv        ! user_script:1: Script attempted to access nonexistent global variable 'getfenv'
            return newproxy       ! user_script:1: Script attempted to access nonexistent global variable 'newproxy'
            return java           ! user_script:1: Script attempted to access nonexistent global variable 'java'
            error('boom')         ! user_script:1: boom
            error('boom', 0)      ! boom
            string.rep()          ! user_script:1: bad argument #1 to 'rep' (string expected, got no value)
            ('x'):rep()           ! user_script:1: bad argument #1 to 'rep' (number expected, got no value)
            return pairs(nil)     ! user_script:1: bad argument #1 to 'pairs' (table expected, got nil)
            string.rep('x', 1e9)  ! not enough memory
            math.random(5, 1)     ! user_script:1: bad argument #2 to 'random' (interval is empty)
            """)
    void errorsSayWhatIsWrongAndWhere(String body, String error) {
        assertEquals("-ERR " + error + " script: sha, on @user_script:1.|", lua.eval(body));
    }

    @Test
    void errorsNameTheirLine() {
        assertEquals("-ERR user_script:3: x script: sha, on @user_script:3.|", lua.eval("\n\nerror('x')"));
        assertEquals("-ERR user_script:2: x script: sha, on @user_script:2.|", lua.eval("#!lua\nerror('x')"));
        assertEquals("-MY boom script: sha, on @user_script:1.|", lua.eval("error({err='MY boom'})"));
        assertEquals(
                "-ERR user_script:1: x script: sha, on @user_script:1.|",
                lua.eval("return coroutine.wrap(function() error('x') end)()")
                        .replace("user_script:1: user_", "user_"));
        assertEquals(
                "-ERR Error compiling script (new function): user_script:1: '=' expected near '<eof>'|",
                lua.eval("foo"));
    }

    @Test
    void bytecodeIsNotLoaded() {
        assertEquals(
                "*2|$3|nil|$52|[string \"\u001bLua\"]:1: unexpected symbol near 'char(27)'|",
                lua.eval("local f, e = loadstring('\\27Lua') return {tostring(f), e}"));
        assertEquals(
                "$3|nil|",
                lua.eval("local code = string.dump(function() end) return tostring((load(function()"
                        + " local piece = code; code = nil; return piece end)))"));
    }

    @Test
    void loadedCodeIsInTheSandboxToo() {
        assertEquals(":7|", lua.eval("return loadstring('return ...')(7)"));
        assertEquals(
                "-ERR [string \"x = 1\"]:1: Attempt to modify a readonly table script: sha, on x = 1:1.|",
                lua.eval("loadstring('x = 1')()"));
        assertTrue(lua.eval("return loadstring('return java')()").contains("nonexistent global variable 'java'"));
    }

    @Test
    void nothingOfAScriptIsThereForTheNext() {
        lua.eval("table.insert(redis, 'left'); table.insert(string, 5, 'left'); collectgarbage('stop')");
        assertEquals("$3|nil|", lua.eval("return tostring(redis[1])"));
        assertEquals("$3|nil|", lua.eval("return tostring(string[5])"));
        assertEquals(":0|", lua.eval("return #KEYS"));
    }

    @Test
    void viewsOfTheSandboxReadLikeTables() {
        assertEquals(
                "$8|function|", lua.eval("for k, v in pairs(redis) do if k == 'call' then return type(v) end end"));
        assertEquals("$8|function|", lua.eval("return type(rawget(redis, 'call'))"));
        assertEquals("$5|table|", lua.eval("return type(string)"));
        assertEquals("$1|x|", lua.eval("return ('X'):lower()"));
        assertEquals("$1|x|", lua.eval("local s = setmetatable({}, {__index = string}); return s.lower('X')"));
    }

    @Test
    void aKilledScriptEndsWhateverItCatches() {
        String killed = "-ERR Script killed by user with SCRIPT KILL... script: sha, on @user_script:1.|";
        lua.kill();
        assertEquals(killed, lua.eval("while true do end"));
        assertEquals(killed, lua.eval("while true do pcall(function() while true do end end) end"));
        assertEquals(killed, lua.eval("coroutine.wrap(function() while true do end end)()"));
        assertEquals(
                killed,
                lua.eval("while true do coroutine.resume(coroutine.create(function() while true do end end)) end"));
        lua.revive();
        assertEquals(":1000000|", lua.eval("local n = 0; for i = 1, 1000000 do n = n + 1 end; return n"));
    }

    @Test
    void aScriptThatTakesTooMuchMemoryEnds() {
        String reply = lua.eval("local t = {} for i = 1, 1e9 do t[i] = {i} end");
        assertTrue(reply.startsWith("-ERR not enough memory"), reply);
        assertEquals(":1|", lua.eval("return 1"));
    }

    @Test
    void coroutinesOfManyScriptsLeaveNothing() {
        for (int i = 0; i < 200; i++) {
            assertEquals(
                    ":100|",
                    lua.eval("local n = 0 for i = 1, 100 do"
                            + " n = n + coroutine.wrap(function() redis.sha1hex('x') return 1 end)() end return n"));
        }
        assertTrue(lua.memoryBytes() < 4 << 20, () -> "bytes: " + lua.memoryBytes());
    }

    @Test
    void commandsGetTheirArgumentsAsRedisWritesThem() {
        List<String> commands = new ArrayList<>();
        try (Evaluation recording = new Evaluation((command, reply) -> {
            commands.add(Stream.of(command).map(Ascii::string).collect(Collectors.joining(" ")));
            reply.ok();
            return null;
        })) {
            assertEquals(
                    "+OK|",
                    recording.eval(
                            "return redis.call('c', 1, -2, 1e15, 3.14, 0.1, 1e21, 1e-7, 2^62, 2^63, 1/0, 's\\0')"));
        }
        assertEquals(
                List.of("c 1 -2 1000000000000000 3.14 0.1 1e+21 1e-7 4611686018427387904"
                        + " 9223372036854776000 inf s\0"),
                commands);
    }

    @Test
    void commandsReplyInBothProtocols() {
        try (Evaluation replying = new Evaluation((command, reply) -> {
            reply.array(7);
            reply.map(1);
            reply.bulk("k");
            reply.integer(1);
            reply.set(1);
            reply.bulk("m");
            reply.doubleText("1.5");
            reply.bool(true);
            reply.nullBulk();
            reply.verbatim("txt", Ascii.bytes("v"));
            reply.simple("S");
            return null;
        })) {
            assertEquals("*7|*2|$1|k|:1|*1|$1|m|$3|1.5|:1|$-1|$1|v|+S|", replying.eval("return redis.call('c')"));
            assertEquals(
                    "$36|table table table boolean nil table |",
                    replying.eval("redis.setresp(3) local r, s = redis.call('c'), '' for i = 1, 6 do"
                            + " s = s .. type(r[i]) .. ' ' end return s"));
            assertEquals(
                    "*4|:1|:1|$3|1.5|$1|v|",
                    replying.eval("redis.setresp(3) local r = redis.call('c') return {r[1].map.k, r[2].set.m,"
                            + " tostring(r[3].double), r[6].verbatim_string.string}"));
        }
    }

    @Test
    void errorsOfCommandsAreRaisedOrReturned() {
        try (Evaluation failing = new Evaluation((command, reply) -> {
            reply.error("WRONGTYPE no");
            return null;
        })) {
            assertEquals("-WRONGTYPE no script: sha, on @user_script:1.|", failing.eval("return redis.call('c')"));
            assertEquals("-WRONGTYPE no|", failing.eval("return redis.pcall('c')"));
            assertEquals(
                    "*2|$5|false|$12|WRONGTYPE no|",
                    failing.eval("local ok, e = pcall(redis.call, 'c') return {tostring(ok), e}"));
        }
        assertEquals(
                "-ERR Unknown Redis command called from script script: sha, on @user_script:1.|",
                lua.eval("return redis.call('c')"));
        assertEquals("-ERR Unknown Redis command called from script|", lua.eval("return redis.pcall('c')"));
    }

    @Test
    void randomNumbersAreTheSameForTheSameSeed() {
        assertEquals(lua.eval(randomScript(7)), lua.eval(randomScript(7)));
        assertEquals("$16|0.17082803611217|", lua.eval("math.randomseed(0) return tostring(math.random())"));
    }

    private static String randomScript(int seed) {
        return "math.randomseed(" + seed + ") return {math.random(1000000), math.random(1000000), math.random(1, 9)}";
    }
}
