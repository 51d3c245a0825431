package dev.rondo.server.script;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** cjson.decode: pushes the value that a text means, with the results and error words of lua-cjson 2.1. */
final class JsonReader {
    /** What the tokens are called in errors. */
    private enum Token {
        OBJ_BEGIN,
        OBJ_END,
        ARR_BEGIN,
        ARR_END,
        STRING,
        NUMBER,
        BOOLEAN,
        NULL,
        COLON,
        COMMA,
        END,
        ERROR
    }

    private static final String SINGLE_CHARS = "{}[]:,";
    private static final Token[] SINGLE_TOKENS = {
        Token.OBJ_BEGIN, Token.OBJ_END, Token.ARR_BEGIN, Token.ARR_END, Token.COLON, Token.COMMA
    };
    private static final String ESCAPES = "\"\\/btnfr";
    private static final String ESCAPED = "\"\\/\b\t\n\f\r";
    /** The longest escape, of a pair of surrogates. */
    private static final int PAIR_CHARS = 12;

    private final LuaStack stack;
    private final JsonSettings settings;
    private final byte[] text;
    private int at;
    private int depth;

    // the present token
    private Token token = Token.END;
    private int tokenAt;
    private byte[] string = {};
    private double number;
    private boolean truth;
    private String error = "";

    private JsonReader(LuaStack stack, JsonSettings settings, byte[] text) {
        this.stack = stack;
        this.settings = settings;
        this.text = text;
    }

    static void decode(LuaStack stack, JsonSettings settings, byte[] text) {
        if (text.length >= 2 && (text[0] == 0 || text[1] == 0)) {
            throw LuaError.placed("JSON parser does not support UTF-16 or UTF-32");
        }
        JsonReader reader = new JsonReader(stack, settings, text);
        reader.advance();
        reader.value();
        reader.advance();
        if (reader.token != Token.END) {
            throw reader.expected("the end");
        }
    }

    // ---- values ----

    private void value() {
        switch (token) {
            case STRING -> stack.push(string);
            case NUMBER -> stack.push(number);
            case BOOLEAN -> stack.push(truth);
            case NULL -> stack.pushNull();
            case OBJ_BEGIN -> object();
            case ARR_BEGIN -> array();
            default -> throw expected("value");
        }
    }

    private void object() {
        descend();
        stack.newTable(0, 0);
        advance();
        if (token != Token.OBJ_END) {
            member();
            for (advance(); token != Token.OBJ_END; advance()) {
                if (token != Token.COMMA) {
                    throw expected("comma or object end");
                }
                advance();
                member();
            }
        }
        depth--;
    }

    private void member() {
        if (token != Token.STRING) {
            throw expected("object key string");
        }
        stack.push(string);
        advance();
        if (token != Token.COLON) {
            throw expected("colon");
        }
        advance();
        value();
        stack.set(-3);
    }

    private void array() {
        descend();
        stack.newTable(0, 0);
        advance();
        int elements = 0;
        if (token != Token.ARR_END) {
            value();
            stack.setElement(-2, ++elements);
            for (advance(); token != Token.ARR_END; advance()) {
                if (token != Token.COMMA) {
                    throw expected("comma or array end");
                }
                advance();
                value();
                stack.setElement(-2, ++elements);
            }
        }
        depth--;
    }

    private void descend() {
        depth++;
        if (depth > settings.decodeDepth() || !stack.ensure(3)) {
            throw LuaError.placed("Found too many nested data structures (" + depth + ") at character " + at);
        }
    }

    private LuaError expected(String what) {
        String found = token == Token.ERROR ? error : "T_" + token;
        return LuaError.placed("Expected " + what + " but found " + found + " at character " + (tokenAt + 1));
    }

    // ---- tokens ----

    /** The byte ahead, 0 behind the end. */
    private int peek(int ahead) {
        return at + ahead < text.length ? text[at + ahead] & 0xff : 0;
    }

    private void advance() {
        while (peek(0) == ' ' || peek(0) == '\t' || peek(0) == '\n' || peek(0) == '\r') {
            at++;
        }
        tokenAt = at;
        int c = peek(0);
        int single = c == 0 ? -1 : SINGLE_CHARS.indexOf(c);
        if (c == 0) {
            token = Token.END;
        } else if (single >= 0) {
            token = SINGLE_TOKENS[single];
            at++;
        } else if (c == '"') {
            string();
        } else if (c == '-' || c >= '0' && c <= '9') {
            if (settings.decodesInvalid() || !isInvalidNumber()) {
                number();
            } else {
                fail("invalid number");
            }
        } else if (!isWord()) {
            if (settings.decodesInvalid() && "+iInN".indexOf(c) >= 0 && isInvalidNumber()) {
                number();
            } else {
                fail("invalid token");
            }
        }
    }

    private void fail(String reason) {
        token = Token.ERROR;
        tokenAt = at;
        error = reason;
    }

    private boolean isWord() {
        if (skip("true") || skip("false")) {
            token = Token.BOOLEAN;
            truth = at - tokenAt == "true".length();
            return true;
        }
        if (skip("null")) {
            token = Token.NULL;
            return true;
        }
        return false;
    }

    private boolean skip(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (peek(i) != word.charAt(i)) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    private void number() {
        NumberText.Parsed parsed = NumberText.parse(text, at);
        if (parsed.end() == at) {
            fail("invalid number");
            return;
        }
        token = Token.NUMBER;
        number = parsed.value();
        at = parsed.end();
    }

    /** Whether it starts like a number that strtod takes and JSON does not have. */
    private boolean isInvalidNumber() {
        if (peek(0) == '+') {
            return true;
        }
        int sign = peek(0) == '-' ? 1 : 0;
        if (peek(sign) == '0') {
            int next = peek(sign + 1);
            return (next | 0x20) == 'x' || next >= '0' && next <= '9';
        }
        if (peek(sign) <= '9') {
            return false;
        }
        String word = LuaConstant.text(Arrays.copyOfRange(text, at + sign, at + sign + 3), 0, 3);
        return word.equalsIgnoreCase("inf") || word.equalsIgnoreCase("nan");
    }

    // ---- strings ----

    private void string() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        at++;
        while (peek(0) != '"') {
            int c = peek(0);
            if (c == 0) {
                fail("unexpected end of string");
                return;
            }
            if (c != '\\') {
                bytes.write(c);
                at++;
            } else if (peek(1) == 'u') {
                if (!unicode(bytes)) {
                    fail("invalid unicode escape code");
                    return;
                }
            } else {
                int escape = peek(1) == 0 ? -1 : ESCAPES.indexOf(peek(1));
                if (escape < 0) {
                    fail("invalid escape code");
                    return;
                }
                bytes.write(ESCAPED.charAt(escape));
                at += 2;
            }
        }
        at++;
        token = Token.STRING;
        string = bytes.toByteArray();
    }

    /** An escape that names a character, or two that do together; false when they are none. */
    private boolean unicode(ByteArrayOutputStream bytes) {
        int first = hex(2);
        int chars = PAIR_CHARS / 2;
        if (first < 0) {
            return false;
        }
        int codePoint = first;
        if ((first & 0xF800) == 0xD800) {
            int second = peek(chars) == '\\' && peek(chars + 1) == 'u' ? hex(chars + 2) : -1;
            if ((first & 0x400) != 0 || second < 0 || (second & 0xFC00) != 0xDC00) {
                return false;
            }
            codePoint = Character.toCodePoint((char) first, (char) second);
            chars = PAIR_CHARS;
        }
        bytes.writeBytes(new String(Character.toChars(codePoint)).getBytes(StandardCharsets.UTF_8));
        at += chars;
        return true;
    }

    private int hex(int ahead) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int c = peek(ahead + i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
