package dev.rondo.server.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The numbers of {@code latency-tracking-info-percentiles}, each between 0 and 100. */
public final class Percentiles implements Directive.Form<List<Double>> {
    Percentiles() {}

    @Override
    public List<Double> parse(String text) throws ConfigException {
        List<Double> numbers = new ArrayList<>();
        for (String word : text.trim().split("\\s+")) {
            if (!word.isEmpty()) {
                numbers.add(number(word));
            }
        }
        return List.copyOf(numbers);
    }

    private static double number(String word) throws ConfigException {
        double number;
        try {
            number = Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw new ConfigException("Invalid latency-tracking-info-percentiles parameters");
        }
        if (!(number >= 0 && number <= 100)) {
            throw new ConfigException("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
        }
        return number;
    }

    @Override
    public String format(List<Double> value) {
        return String.join(" ", value.stream().map(Percentiles::text).toList());
    }

    /** The number as a person writes it. */
    public static String text(double number) {
        return new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
    }
}
