package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The replies are those of redis-server 7.0.15. */
class GeoCommandsTest {
    private PlainNode node;
    private WireClient client;

    @BeforeEach
    void start() {
        node = new PlainNode();
        client = node.connect();
        call("GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Object call(String words) {
        return client.call(words.split(" "));
    }

    @Test
    void placesAreScoresOf52Bits() {
        assertEquals("3479099956230698", call("ZSCORE Sicily Palermo"));
        assertEquals(
                Arrays.asList(List.of("13.36138933897018433", "38.11555639549629859"), null),
                call("GEOPOS Sicily Palermo nowhere"));
        assertEquals(Arrays.asList("sqc8b49rny0", null), call("GEOHASH Sicily Palermo nowhere"));
    }

    @Test
    void distances() {
        assertEquals("166274.1516", call("GEODIST Sicily Palermo Catania"));
        assertEquals("103.3182", call("GEODIST Sicily Palermo Catania mi"));
        assertEquals(
                new Err("ERR unsupported unit provided. please use M, KM, FT, MI"),
                call("GEODIST Sicily Palermo Catania parsec"));
    }

    @Test
    void searches() {
        String around = "GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km DESC WITHCOORD WITHDIST WITHHASH COUNT 1";
        List<?> coordinates = List.of("13.36138933897018433", "38.11555639549629859");
        assertEquals(List.of(List.of("Palermo", "190.4424", 3479099956230698L, coordinates)), call(around));
        assertEquals(List.of("Catania"), call("GEORADIUSBYMEMBER_RO Sicily Catania 100 km"));
        assertEquals(1L, call("GEOSEARCHSTORE near Sicily FROMMEMBER Catania BYRADIUS 1 m STOREDIST"));
        assertEquals(List.of("Catania", "0"), call("ZRANGE near 0 -1 WITHSCORES"));
    }

    @Test
    void everyKeyThatIsWrittenIsLockedAndRouted() {
        assertEquals(
                List.of("Sicily", "a", "b"), call("COMMAND GETKEYS GEORADIUS Sicily 15 37 200 km STORE a STOREDIST b"));
        assertEquals(List.of("Sicily", "a"), call("COMMAND GETKEYS GEORADIUS Sicily 15 37 200 km STORE a STORE b"));
        assertEquals(2L, call("GEORADIUS Sicily 15 37 200 km STORE a STORE b"));
        assertEquals(0L, call("EXISTS a"));
        assertEquals(2L, call("ZCARD b"));
    }

    @Test
    void whatIsNoPlaceIsRefused() {
        assertEquals(
                new Err("ERR invalid longitude,latitude pair 180.100000,0.000000"), call("GEOADD Sicily 180.1 0 x"));
        assertEquals(new Err("ERR invalid longitude,latitude pair -inf,-0.000000"), call("GEOADD Sicily -inf -0 x"));
        assertEquals(new Err("ERR value is not a valid float"), call("GEOADD Sicily nan 0 x"));
        assertEquals(2L, call("ZCARD Sicily"));
    }
}
