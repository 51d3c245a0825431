package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionCommandsTest {
    private static final String LIBRARY =
            """
            #!lua name=lib
            local calls = 0
            redis.register_function('count', function() calls = calls + 1 return calls end)
            redis.register_function{
              function_name = 'get', description = 'reads', flags = {'no-writes'},
              callback = function(keys, args) return {redis.call('GET', keys[1]), args[1]} end}
            redis.register_function('put', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
            redis.register_function('fail', function() error('boom') end)
            redis.register_function('loop', function() while true do end end)
            """;

    private final PlainNode node = new PlainNode("busy-reply-threshold", "100");
    private final WireClient client = node.connect();

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void functionsGetTheirKeysAndArgumentsAndKeepWhatTheirLibraryHas() {
        assertEquals("lib", client.call("FUNCTION", "LOAD", LIBRARY));
        assertEquals("OK", client.call("FCALL", "put", "1", "k", "v"));
        assertEquals(List.of("v", "x"), client.call("FCALL", "GET", "1", "k", "x"));
        assertEquals(List.of("v", "x"), client.call("FCALL_RO", "get", "1", "k", "x"));
        assertEquals(1L, client.call("FCALL", "count", "0"));
        assertEquals(2L, client.call("FCALL", "count", "0"));
        client.call("MULTI");
        client.call("FCALL", "count", "0");
        client.call("EVAL", "return 1", "0");
        assertEquals(List.of(3L, 1L), client.call("EXEC"));
        assertEquals("lib", client.call("FUNCTION", "LOAD", "REPLACE", LIBRARY));
        assertEquals(1L, client.call("FCALL", "count", "0"));
    }

    @Test
    void whatGoesWrongIsToldInRedissWords() {
        client.call("FUNCTION", "LOAD", LIBRARY);
        assertEquals(new Err("ERR Function not found"), client.call("FCALL", "none", "0"));
        assertEquals(new Err("ERR Bad number of keys provided"), client.call("FCALL", "get", "x"));
        assertEquals(
                new Err("ERR Number of keys can't be greater than number of args"), client.call("FCALL", "get", "1"));
        assertEquals(
                new Err("ERR Can not execute a script with write flag using *_ro command."),
                client.call("FCALL_RO", "put", "1", "k", "v"));
        assertEquals(
                new Err("ERR user_function:8: boom script: fail, on @user_function:8."),
                client.call("FCALL", "fail", "0"));
        assertEquals(new Err("ERR Library 'lib' already exists"), client.call("FUNCTION", "LOAD", LIBRARY));
        assertEquals(
                new Err("ERR Function count already exists"),
                client.call("FUNCTION", "LOAD", LIBRARY.replace("name=lib", "name=other")));
        assertEquals(new Err("ERR Library not found"), client.call("FUNCTION", "DELETE", "none"));
        assertEquals(1, ((List<?>) client.call("FUNCTION", "LIST")).size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            textBlock =
                    """
            redis.register_function()                   ~ wrong number of arguments to redis.register_function
            redis.register_function({}, 1)              ~ first argument to redis.register_function must be a string
            redis.register_function('f', 1)             ~ second argument to redis.register_function must be a function
            redis.register_function{function_name='f'}  ~ redis.register_function must get a callback argument
            redis.register_function{callback=redis.log} ~ redis.register_function must get a function name argument
            redis.register_function{x=1}                ~ unknown argument given to redis.register_function
            redis.register_function{flags={'x'}}        ~ unknown flag given
            redis.register_function(1)                  ~ calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).
            redis.call('PING')                          ~ user_function:2: Script attempted to access nonexistent global variable 'call'
            string.rep('x', 1)                          ~ user_function:2: Script attempted to access nonexistent global variable 'string'
            x = 1                                       ~ user_function:2: Attempt to modify a readonly table
            while true do end                           ~ FUNCTION LOAD timeout
            """)
    void librariesThatAreWrongAreNotLoaded(String code, String error) {
        assertEquals(
                new Err("ERR Error registering functions: ERR " + error),
                client.call("FUNCTION", "LOAD", "#!lua name=lib\n" + code));
        assertEquals(List.of(), client.call("FUNCTION", "LIST"));
    }

    @Test
    void librariesAreListedDeletedDumpedAndRestored() {
        client.call("HELLO", "3");
        client.call("FUNCTION", "LOAD", "#!lua name=one\nredis.register_function('f', function() return 'f' end)");
        client.call("FUNCTION", "LOAD", LIBRARY);
        assertEquals(2, ((List<?>) client.call("FUNCTION", "LIST")).size());
        assertTrue(client.call("FUNCTION", "LIST", "LIBRARYNAME", "o*", "WITHCODE")
                .toString()
                .contains("#!lua name=one"));
        assertTrue(client.call("FUNCTION", "STATS").toString().contains("libraries_count=2, functions_count=6"));
        String dump = (String) client.call("FUNCTION", "DUMP");
        assertEquals(new Err("ERR Library one already exists"), client.call("FUNCTION", "RESTORE", dump));
        assertEquals("OK", client.call("FUNCTION", "RESTORE", dump, "REPLACE"));
        assertEquals("OK", client.call("FUNCTION", "DELETE", "lib"));
        assertEquals(new Err("ERR Function not found"), client.call("FCALL", "count", "0"));
        assertEquals("OK", client.call("FUNCTION", "FLUSH"));
        assertEquals(List.of(), client.call("FUNCTION", "LIST"));
        assertEquals("OK", client.call("FUNCTION", "RESTORE", dump));
        assertEquals("f", client.call("FCALL", "f", "0"));
        assertEquals("OK", client.call("FUNCTION", "RESTORE", dump, "FLUSH"));
        assertEquals(
                new Err("ERR DUMP payload version or checksum are wrong"), client.call("FUNCTION", "RESTORE", "x"));
    }

    @Test
    void aFunctionThatTakesLongIsKilledByItsOwnCommand() {
        WireClient other = node.connect();
        client.call("FUNCTION", "LOAD", LIBRARY);
        client.send("FCALL", "loop", "1", "k");
        Err busy = new Err("BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.");
        await().until(() -> busy.equals(other.call("GET", "k")));
        assertEquals(busy, other.call("SCRIPT", "KILL"));
        assertEquals("OK", other.call("FUNCTION", "KILL"));
        assertTrue(((Err) client.read()).text().startsWith("ERR Script killed by user with SCRIPT KILL..."));
        assertNull(other.call("GET", "k"));
        assertEquals(new Err("NOTBUSY No scripts in execution right now."), other.call("FUNCTION", "KILL"));
    }
}
