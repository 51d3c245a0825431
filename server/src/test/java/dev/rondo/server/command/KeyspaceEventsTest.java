package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What notify-keyspace-events has a node tell of its keys. */
class KeyspaceEventsTest {
    private static final String END = "__keyevent@0__:end";

    private PlainNode node;
    private WireClient client;
    private WireClient listener;

    @BeforeEach
    void start() {
        node = new PlainNode();
        client = node.connect();
        listener = node.connect();
        listener.call("PSUBSCRIBE", "__key*__:*");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void choose(String letters) {
        assertEquals("OK", client.call("CONFIG", "SET", "notify-keyspace-events", letters));
    }

    /** What was told since the last call, as "channel message" without the channel's underscores. */
    private List<String> told() {
        client.call("PUBLISH", END, "");
        List<String> told = new ArrayList<>();
        while (true) {
            List<?> message = (List<?>) listener.read();
            if (message.get(2).equals(END)) {
                return told;
            }
            told.add(message.get(2).toString().replace("__", "") + " " + message.get(3));
        }
    }

    @Test
    void nothingIsToldUnlessChosen() {
        client.call("SET", "k", "v");
        choose("A");
        client.call("SET", "k", "v");
        choose("KE");
        client.call("SET", "k", "v");
        assertEquals(List.of(), told());
    }

    @Test
    void theChannelsAreThoseOfTheKeyAndOfTheEvent() {
        choose("KEA");
        client.call("SELECT", "3");
        client.call("SET", "k", "v", "EX", "100");
        assertEquals(
                List.of("keyspace@3:k set", "keyevent@3:set k", "keyspace@3:k expire", "keyevent@3:expire k"), told());
    }

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "KEA, AKE",
        "Ex, xE",
        "txgmEK$, g$xtKEm",
        "g$lshzxetd, A",
        "AgnK, AnK",
        "nmd, dnm",
    })
    void configShowsEachLetterOnceAndInOrder(String letters, String shown) {
        choose(letters);
        assertEquals(List.of("notify-keyspace-events", shown), client.call("CONFIG", "GET", "notify-keyspace-events"));
    }

    @Test
    void unknownLettersAreRefused() {
        assertEquals(
                new WireClient.Err("ERR CONFIG SET failed (possibly related to argument 'notify-keyspace-events') -"
                        + " Invalid event class character. Use 'Ag$lshzxeKEtmdn'."),
                client.call("CONFIG", "SET", "notify-keyspace-events", "KEa"));
    }

    @Test
    void onlyChosenClassesAreTold() {
        choose("El");
        client.call("SET", "string", "v");
        client.call("RPUSH", "list", "a");
        client.call("DEL", "string");
        assertEquals(List.of("keyevent@0:rpush list"), told());
    }

    @Test
    void newKeysAndMissesAreToldOnRequestOnly() {
        choose("EAmn");
        client.call("GET", "absent");
        client.call("SADD", "s", "m");
        client.call("EXISTS", "absent");
        client.call("OBJECT", "ENCODING", "absent");
        assertEquals(
                List.of(
                        "keyevent@0:keymiss absent",
                        "keyevent@0:new s",
                        "keyevent@0:sadd s",
                        "keyevent@0:keymiss absent"),
                told());
    }

    @Test
    void theEndOfAnEmptiedKeyComesBehindWhatEmptiedIt() {
        choose("KA");
        client.call("RPUSH", "list", "a");
        client.call("RPOPLPUSH", "list", "other");
        assertEquals(
                List.of(
                        "keyspace@0:list rpush",
                        "keyspace@0:other lpush",
                        "keyspace@0:list rpop",
                        "keyspace@0:list del"),
                told());
    }

    @Test
    void whatIsTakenForAWaitingClientIsTold() {
        choose("KA");
        WireClient waiting = node.connect();
        waiting.send("BLPOP", "list", "0");
        while (!client.call("CLIENT", "LIST").toString().contains("cmd=blpop")) {
            Thread.onSpinWait();
        }
        client.call("RPUSH", "list", "a");
        assertEquals(List.of("list", "a"), waiting.read());
        assertEquals(List.of("keyspace@0:list rpush", "keyspace@0:list lpop", "keyspace@0:list del"), told());
    }

    @Test
    void anExpiredKeyIsToldOnceWhetherSomebodyAsksForItOrNot() {
        choose("Ex");
        client.call("SET", "unasked", "v", "PX", "1");
        assertEquals(List.of("pmessage", "__key*__:*", "__keyevent@0__:expired", "unasked"), listener.read());
        client.call("SET", "asked", "v", "PX", "1");
        while (client.call("GET", "asked") != null) {
            Thread.onSpinWait();
        }
        assertEquals(List.of("pmessage", "__key*__:*", "__keyevent@0__:expired", "asked"), listener.read());
        assertEquals(List.of(), told());
    }

    @Test
    void fieldsOfHashesExpireWithEvents() {
        choose("KA");
        client.call("HSET", "h", "f", "v", "g", "v");
        client.call("HPEXPIRE", "h", "1", "FIELDS", "1", "f");
        while (!client.call("HLEN", "h").equals(1L)) {
            Thread.onSpinWait();
        }
        client.call("HPERSIST", "h", "FIELDS", "1", "g");
        client.call("HEXPIRE", "h", "0", "FIELDS", "1", "g");
        List<String> told = told();
        assertTrue(told.remove("keyspace@0:h hexpired"));
        assertEquals(
                List.of("keyspace@0:h hset", "keyspace@0:h hexpire", "keyspace@0:h hdel", "keyspace@0:h del"), told);
    }

    @Test
    void consumersThatComeAndGoAreToldOfWhateverMakesThem() {
        client.call("XADD", "s", "1-1", "f", "v");
        client.call("XGROUP", "CREATE", "s", "g", "$");
        choose("Et");
        client.call("XGROUP", "CREATECONSUMER", "s", "g", "a");
        client.call("XGROUP", "CREATECONSUMER", "s", "g", "a");
        client.call("XREADGROUP", "GROUP", "g", "b", "STREAMS", "s", ">");
        client.call("XREADGROUP", "GROUP", "g", "b", "STREAMS", "s", ">");
        client.call("XCLAIM", "s", "g", "c", "0", "1-1");
        client.call("XAUTOCLAIM", "s", "g", "d", "0", "0");
        String created = "keyevent@0:xgroup-createconsumer s";
        assertEquals(List.of(created, created, created, created), told());
        client.call("XGROUP", "DELCONSUMER", "s", "g", "a");
        client.call("XGROUP", "DELCONSUMER", "s", "g", "a");
        assertEquals(List.of("keyevent@0:xgroup-delconsumer s"), told());
    }

    @Test
    void bothDatabasesOfAMoveAreNamed() {
        choose("EAn");
        client.call("SET", "k", "v");
        client.call("MOVE", "k", "1");
        client.call("SELECT", "1");
        client.call("COPY", "k", "c", "DB", "2");
        client.call("RENAME", "k", "l");
        assertEquals(
                List.of(
                        "keyevent@0:new k",
                        "keyevent@0:set k",
                        "keyevent@1:new k",
                        "keyevent@0:move_from k",
                        "keyevent@1:move_to k",
                        "keyevent@2:new c",
                        "keyevent@2:copy_to c",
                        "keyevent@1:new l",
                        "keyevent@1:rename_from k",
                        "keyevent@1:rename_to l"),
                told());
    }
}
