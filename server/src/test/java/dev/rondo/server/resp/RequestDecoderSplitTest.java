package dev.rondo.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.InlineCommandRedisMessage;
import io.netty.handler.codec.redis.RedisArrayAggregator;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.codec.redis.RedisMessage;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The same bytes in any split, through Netty's codec and through ours, give the same requests. */
class RequestDecoderSplitTest {
    /** A request and whether it is sent as an inline command. */
    record Sent(List<String> words, boolean inline) {
        byte[] bytes() {
            if (inline) {
                return Ascii.bytes(String.join(" ", words) + "\r\n");
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(Ascii.bytes("*" + words.size() + "\r\n"));
            for (String word : words) {
                out.writeBytes(Ascii.bytes("$" + word.length() + "\r\n" + word + "\r\n"));
            }
            return out.toByteArray();
        }
    }

    @Provide
    Arbitrary<List<Sent>> requests() {
        Arbitrary<String> anyBytes =
                Arbitraries.strings().withCharRange('\u0000', '\u00ff').ofMaxLength(80);
        Arbitrary<String> large = Arbitraries.integers().between(0, 6_000).map("\u00e4"::repeat);
        Arbitrary<Sent> array = Arbitraries.frequencyOf(Tuple.of(20, anyBytes), Tuple.of(1, large))
                .list()
                .ofMinSize(1)
                .ofMaxSize(12)
                .map(words -> new Sent(words, false));
        Arbitrary<Sent> inline = Arbitraries.strings()
                .withCharRange('A', 'z')
                .ofMinLength(1)
                .ofMaxLength(10)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(words -> new Sent(words, true));
        return Arbitraries.frequencyOf(Tuple.of(5, array), Tuple.of(1, inline))
                .list()
                .ofMaxSize(8);
    }

    @Property(tries = 300)
    void bothCodecsUnderstandTheSame(@ForAll("requests") List<Sent> requests, @ForAll Random random) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        requests.forEach(request -> all.writeBytes(request.bytes()));
        List<byte[]> pieces = pieces(all.toByteArray(), random);
        List<List<String>> expected = requests.stream().map(Sent::words).toList();
        assertEquals(expected, throughOurs(pieces));
        assertEquals(expected, throughNetty(pieces));
    }

    static List<byte[]> pieces(byte[] bytes, Random random) {
        List<byte[]> pieces = new ArrayList<>();
        int most = 1 + random.nextInt(random.nextBoolean() && bytes.length < 2000 ? 8 : 20_000);
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(most));
            pieces.add(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        return pieces;
    }

    private static List<List<String>> throughOurs(List<byte[]> pieces) throws ProtocolException {
        DecoderFeed feed = new DecoderFeed(new RequestDecoder());
        List<List<String>> requests = new ArrayList<>();
        for (byte[] piece : pieces) {
            feed.receive(piece, words -> requests.add(texts(words)));
        }
        return requests;
    }

    static List<String> texts(byte[][] words) {
        return Arrays.stream(words).map(Ascii::string).toList();
    }

    private static List<List<String>> throughNetty(List<byte[]> pieces) {
        EmbeddedChannel channel = new EmbeddedChannel(
                new RedisDecoder(true), new RedisBulkStringAggregator(), new RedisArrayAggregator(1024, 1));
        List<List<String>> requests = new ArrayList<>();
        for (byte[] piece : pieces) {
            channel.writeInbound(Unpooled.wrappedBuffer(piece));
            for (RedisMessage message = channel.readInbound(); message != null; message = channel.readInbound()) {
                requests.add(words(message));
            }
        }
        channel.finishAndReleaseAll();
        return requests;
    }

    private static List<String> words(RedisMessage message) {
        if (message instanceof InlineCommandRedisMessage inline) {
            return List.of(inline.content().split(" "));
        }
        ArrayRedisMessage array = (ArrayRedisMessage) message;
        List<String> words = new ArrayList<>();
        for (RedisMessage child : array.children()) {
            ByteBuf content = ((FullBulkStringRedisMessage) child).content();
            byte[] bytes = new byte[content.readableBytes()];
            content.readBytes(bytes);
            words.add(Ascii.string(bytes));
        }
        array.release();
        return words;
    }
}
