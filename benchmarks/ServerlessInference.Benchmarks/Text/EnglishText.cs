using System.Text;

namespace ServerlessInference.Benchmarks.Text;

/// <summary>Deterministic pseudo-English, and a vocabulary to tokenize it with where no real one is there.</summary>
/// <remarks>Words are drawn by rank as in natural text (Zipf); one in twelve gets an ending or a prefix, so that about as many
/// words as in real English are no token as a whole. Sentences begin with a capital and end with punctuation.</remarks>
internal static class EnglishText
{
    private const string Common =
        "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were " +
        "all her she there would their we him been has when who will no more if out so up said what its about than into them can only " +
        "other time new some could these two may first then do any like my now over such our man me even most made after also did many " +
        "before must through years where much your way well down should because each just those people how too little state good very " +
        "make world still see own work men day get here old between both life being under three never know same last another while us " +
        "off might great go come since against right came take used himself few house use place during high without again home around " +
        "small however found thought went say part once general upon school every does got united number hand course water until always " +
        "away public something fact less though far put head think called set almost enough end took government night yet system better " +
        "four nothing told eyes city going president why days present point didn look find asked second group later next room social " +
        "business knew program give half side face toward white five let young form given per order large several national important " +
        "possible rather big case among often early john things looked ever become best need within felt along children saw church light " +
        "power least family development thing seemed interest want members others mind country area turned done open god service problem " +
        "certain kind different began door thus help sense means whole matter language model question answer training result network " +
        "history science research student market company money change example level study local company policy economy information";

    private static readonly string[] Endings = ["ization", "ological", "ishly", "wards", "esque", "ifications", "lessness", "wright"];
    private static readonly string[] Beginnings = ["hyper", "counter", "micro", "trans", "pseudo", "electro"];

    internal static string Generate(int length)
    {
        string[] words = Common.Split(' ');
        var text = new StringBuilder(length + 64);
        uint seed = 20260101;
        bool capital = true;
        int sentence = 0;
        while (text.Length < length)
        {
            // A rank with a density of 1/rank: the words' count to a uniform power.
            int rank = (int)Math.Pow(words.Length, Next(ref seed) / (double)uint.MaxValue) - 1;
            string word = words[Math.Clamp(rank, 0, words.Length - 1)];
            uint form = Next(ref seed) % 24;
            word = form == 0
                ? word + Endings[Next(ref seed) % Endings.Length]
                : form == 1
                ? Beginnings[Next(ref seed) % Beginnings.Length] + word
                : word;
            text.Append(capital ? char.ToUpperInvariant(word[0]) : word[0]).Append(word, 1, word.Length - 1);
            capital = false;
            sentence++;
            uint mark = Next(ref seed) % 16;
            if (sentence > 8 && mark < 4)
            {
                text.Append(mark == 0 ? "? " : ". ");
                capital = true;
                sentence = 0;
            }
            else
            {
                text.Append(mark == 5 ? ", " : mark == 6 && sentence > 3 ? "'s " : " ");
            }
        }

        text.Length = length;
        return text.ToString();
    }

    /// <summary>
    /// Gets BERT's real vocabulary if the reference data is available, or else one of the same size made of the words above.
    /// </summary>
    internal static byte[] Vocabulary()
    {
        if (FindReference("bert", "uncased") is { } folder)
        {
            return File.ReadAllBytes(Path.Combine(folder, "vocab.txt"));
        }

        var tokens = new List<string> { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "'", ",", ".", "?" };
        for (char c = 'a'; c <= 'z'; c++)
        {
            tokens.Add(c.ToString());
            tokens.Add("##" + c);
        }

        tokens.AddRange(Common.Split(' ').Distinct().Where(static word => word.Length > 1));
        tokens.AddRange(Beginnings);
        tokens.AddRange(Endings.Select(static ending => "##" + ending[..^1]));
        uint seed = 7;
        var known = new HashSet<string>(tokens);
        while (tokens.Count < 30522)
        {
            char[] letters = new char[4 + (Next(ref seed) % 7)];
            for (int i = 0; i < letters.Length; i++)
            {
                letters[i] = (char)('a' + (Next(ref seed) % 26));
            }

            string word = (Next(ref seed) % 5 == 0 ? "##" : string.Empty) + new string(letters);
            if (known.Add(word))
            {
                tokens.Add(word);
            }
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', tokens));
    }

    /// <summary>Finds a folder of the reference data; <see langword="null"/> where it is absent.</summary>
    internal static string? FindReference(params string[] parts)
    {
        string? root = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_REFERENCE");
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); root is null && folder is not null; folder = folder.Parent)
        {
            string reference = Path.Combine(folder.FullName, "shared", "reference");
            root = Directory.Exists(reference) ? reference : null;
        }

        string found = Path.Combine([root ?? string.Empty, .. parts]);
        return root is not null && Directory.Exists(found) ? found : null;
    }

    private static uint Next(ref uint seed)
    {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        return seed;
    }
}
