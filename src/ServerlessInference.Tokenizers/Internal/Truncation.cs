namespace ServerlessInference.Tokenizers;

/// <summary>Decides how many tokens of each text are kept, and lists the windows over a text that is truncated.</summary>
/// <remarks>Follows <c>truncate_encodings</c> of Hugging Face's tokenizers.</remarks>
internal static class Truncation
{
    /// <summary>Decides how many tokens of each text are kept.</summary>
    /// <param name="first">The length of the first text in tokens.</param>
    /// <param name="second">The length of the second text; -1 if there is none.</param>
    /// <param name="room">How many tokens fit, not counting special tokens.</param>
    /// <param name="strategy">Which text is truncated.</param>
    /// <exception cref="TextTooLongException">Truncating the only text that may be truncated does not suffice.</exception>
    internal static (int First, int Second) Fit(int first, int second, int room, TruncationStrategy strategy)
    {
        long total = (long)first + Math.Max(0, second);
        if (room == 0)
        {
            return (0, Math.Min(second, 0));
        }

        if (total <= room)
        {
            return (first, second);
        }

        long remove = total - room;
        switch (strategy)
        {
            case TruncationStrategy.OnlyFirst when first > remove:
                return ((int)(first - remove), second);
            case TruncationStrategy.OnlySecond when second > remove:
                return (first, (int)(second - remove));
            case TruncationStrategy.LongestFirst when second < 0:
                return (room, second);
            case TruncationStrategy.LongestFirst:
                return FitLongestFirst(first, second, room);
            case TruncationStrategy.OnlySecond when second < 0:
                throw new ArgumentException(
                    "Truncation is OnlySecond, but there is no second text. Use LongestFirst or OnlyFirst for a single text.");
            default:
                throw new TextTooLongException(
                    TextLimit.MaxLength,
                    $"The texts have {first} and {Math.Max(0, second)} tokens and {room} fit, but only the " +
                    $"{(strategy == TruncationStrategy.OnlyFirst ? "first" : "second")} text may be truncated, which does not suffice. " +
                    "Shorten the other text.");
        }
    }

    /// <summary>Counts the windows over a text without listing them.</summary>
    internal static long CountWindows(int length, int size, int stride) =>
        size >= length || size == 0 || stride >= size ? 1 : 1 + (((long)length - size + (size - stride) - 1) / (size - stride));

    /// <summary>Lists the windows over a text. The first is what truncation keeps.</summary>
    /// <exception cref="TextTooLongException">The windows overlap by their whole length, so that they would not advance.</exception>
    internal static void ListWindows(int length, int size, int stride, TextSide side, List<TextRange> windows)
    {
        windows.Clear();
        if (size >= length || size == 0)
        {
            windows.Add(new TextRange(0, Math.Min(size, length)));
            return;
        }

        if (stride >= size)
        {
            throw new TextTooLongException(
                TextLimit.MaxLength,
                $"The other text and the special tokens leave room for {size} tokens in a window, and windows overlap by {stride}. " +
                "Shorten the other text (the question), or set a smaller stride or a larger maximum length.");
        }

        int step = size - stride;
        if (side == TextSide.Right)
        {
            for (int start = 0; ; start += step)
            {
                int end = (int)Math.Min((long)start + size, length);
                windows.Add(new TextRange(start, end));
                if (end == length)
                {
                    return;
                }
            }
        }

        for (int end = length; ; end -= step)
        {
            int start = Math.Max(0, end - size);
            windows.Add(new TextRange(start, end));
            if (start == 0)
            {
                return;
            }
        }
    }

    private static (int First, int Second) FitLongestFirst(int first, int second, int room)
    {
        bool swap = first > second;
        int shorter = Math.Min(first, second);
        int longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if ((long)shorter + longer > room)
        {
            shorter = room / 2;
            longer = shorter + (room % 2);
        }

        return swap ? (longer, shorter) : (shorter, longer);
    }
}
