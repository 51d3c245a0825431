package dev.rondo.server.script;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The modules that scripts have beside Lua's own: results and error words of the originals. */
class ScriptLibrariesTest {
    private final Evaluation lua = new Evaluation();

    @AfterEach
    void close() {
        lua.close();
    }

    /** The text of a script's only value, or its error without its place. */
    private String text(String expression) {
        String reply = lua.eval("return tostring(" + expression + ")");
        return reply.startsWith("$")
                ? reply.substring(reply.indexOf('|') + 1, reply.length() - 1)
                : reply.substring("-ERR user_script:1: ".length(), reply.indexOf(" script: "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            textBlock =
                    """
            cjson.encode({1, 2, 'x', true, cjson.null})   ~ [1,2,"x",true,null]
            cjson.encode({})                              ~ {}
            cjson.encode({a = {b = {1.5}}})               ~ {"a":{"b":[1.5]}}
            cjson.encode({[1] = 1, [3] = 3})              ~ [1,null,3]
            cjson.encode({[1] = 1, x = 1})                ~ {"1":1,"x":1}
            cjson.encode({[11] = 1})                      ~ Cannot serialise table: excessively sparse array
            cjson.encode('a"b\\\\c/d\\n\\1\\127')         ~ "a\\"b\\\\c\\/d\\n\\u0001\\u007f"
            cjson.encode(1/3)                             ~ 0.33333333333333
            cjson.encode(1e100)                           ~ 1e+100
            cjson.encode(123456789012345)                 ~ 1.2345678901234e+14
            cjson.encode(0/0)                             ~ Cannot serialise number: must not be NaN or Inf
            cjson.encode(print == nil)                    ~ Script attempted to access nonexistent global variable 'print'
            cjson.encode(string.len)                      ~ Cannot serialise function: type not supported
            cjson.encode({[true] = 1})                    ~ Cannot serialise boolean: table key must be a number or string
            cjson.encode(1, 2)                            ~ bad argument #1 to 'encode' (expected 1 argument)
            cjson.decode('[1,{"a":[null]}]')[2].a[1] == cjson.null ~ true
            cjson.decode('"\\\\u00e9\\\\ud83d\\\\ude00"') == '\\195\\169\\240\\159\\152\\128' ~ true
            cjson.decode('1.5e3')                         ~ 1500
            cjson.decode('0x10')                          ~ 16
            cjson.decode('-Infinity')                     ~ -inf
            cjson.decode('[1,]')                          ~ Expected value but found T_ARR_END at character 4
            cjson.decode('{"a" 1}')                       ~ Expected colon but found T_NUMBER at character 6
            cjson.decode('{a:1}')                         ~ Expected object key string but found invalid token at character 2
            cjson.decode('[1] x')                         ~ Expected the end but found invalid token at character 5
            cjson.decode('"abc')                          ~ Expected value but found unexpected end of string at character 5
            cjson.decode('"\\\\ud800"')                   ~ Expected value but found invalid unicode escape code at character 2
            cjson.decode('')                              ~ Expected value but found T_END at character 1
            cjson.decode('\\0\\0')                        ~ JSON parser does not support UTF-16 or UTF-32
            cjson.decode(string.rep('[', 1001))           ~ Found too many nested data structures (1001) at character 1001
            cjson.encode_max_depth(0)                     ~ bad argument #1 to 'encode_max_depth' (expected integer between 1 and 2147483647)
            """)
    void json(String expression, String result) {
        assertEquals(result, text(expression));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            textBlock =
                    """
            cmsgpack.pack(1, 127, 128) == '\\1\\127\\204\\128'     ~ true
            cmsgpack.pack(-1, -33) == '\\255\\208\\223'            ~ true
            cmsgpack.pack(2^53) == '\\207\\0\\32\\0\\0\\0\\0\\0\\0'~ true
            cmsgpack.pack(1.5) == '\\202\\63\\192\\0\\0'           ~ true
            cmsgpack.pack('ab', nil, true) == '\\162ab\\192\\195'  ~ true
            cmsgpack.pack({}) == '\\144'                           ~ true
            cmsgpack.pack({a = 1}) == '\\129\\161a\\1'             ~ true
            cmsgpack.pack({[2] = 1}) == '\\129\\2\\1'              ~ true
            cmsgpack.unpack(cmsgpack.pack({1, {2, {x = 'y'}}}))[2][2].x ~ y
            cmsgpack.unpack(cmsgpack.pack(-2^40))                  ~ -1099511627776
            cmsgpack.unpack('\\193')                               ~ Bad data format in input.
            cmsgpack.unpack('\\204')                               ~ Missing bytes in input.
            cmsgpack.unpack('\\219\\255\\255\\255\\255a')          ~ Missing bytes in input.
            cmsgpack.unpack_one('\\1\\2', 5)                       ~ Start offset 5 greater than input length 2.
            cmsgpack.unpack_limit('\\1\\2\\3', 2)                  ~ 2
            cmsgpack.unpack_one('\\1')                             ~ -1
            cmsgpack.pack()                                        ~ bad argument #0 to 'pack' (MessagePack pack needs input.)
            """)
    void messagePack(String expression, String result) {
        assertEquals(result, text(expression));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            textBlock =
                    """
            struct.pack('>I2<I2', 1, 2) == '\\0\\1\\2\\0'  ~ true
            struct.pack('i3', -1) == '\\255\\255\\255'     ~ true
            struct.pack('s', 'ab') == 'ab\\0'              ~ true
            struct.pack('c2', 'abc')                       ~ ab
            struct.pack('!4bi', 1, 2) == '\\1\\0\\0\\0\\2\\0\\0\\0' ~ true
            struct.unpack('>i3', struct.pack('>i3', -5))   ~ -5
            struct.unpack('d', struct.pack('d', 1.25))     ~ 1.25
            struct.unpack('s', 'ab\\0')                    ~ ab
            struct.unpack('Bc0', '\\2abc')                 ~ ab
            struct.unpack('L', string.rep('\\255', 8))     ~ 1.844674407371e+19
            struct.size('!8bd')                            ~ 16
            struct.pack('c5', 'abc')                       ~ bad argument #3 to 'pack' (string too short)
            struct.pack('z', 1)                            ~ bad argument #1 to 'pack' (invalid format option 'z')
            struct.pack('i33', 1)                          ~ integral size 33 is larger than limit of 32
            struct.pack('!3b', 1)                          ~ alignment 3 is not a power of 2
            struct.pack('c99999999999', 'x')               ~ integral size overflow
            struct.unpack('b', '')                         ~ bad argument #2 to 'unpack' (data string too short)
            struct.unpack('b', 'a', 0)                     ~ bad argument #3 to 'unpack' (offset must be 1 or greater)
            struct.unpack('c0', 'abc')                     ~ format 'c0' needs a previous size
            struct.unpack('s', 'abc')                      ~ unfinished string in data
            struct.size('s')                               ~ bad argument #1 to 'size' (option 's' has no fixed size)
            """)
    void struct(String expression, String result) {
        assertEquals(result, text(expression));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            textBlock =
                    """
            bit.tobit(2^31)              ~ -2147483648
            bit.bnot(0)                  ~ -1
            bit.band(0xff, 0x0f, 3)      ~ 3
            bit.bor(1, 2, 4)             ~ 7
            bit.bxor(0xff, 0x0f)         ~ 240
            bit.lshift(1, 33)            ~ 2
            bit.rshift(-1, 28)           ~ 15
            bit.arshift(-8, 1)           ~ -4
            bit.rol(0x12345678, 8)       ~ 878082066
            bit.bswap(1)                 ~ 16777216
            bit.tohex(255, -4)           ~ 00FF
            bit.band('x')                ~ bad argument #1 to 'band' (number expected, got string)
            """)
    void bits(String expression, String result) {
        assertEquals(result, text(expression));
    }
}
