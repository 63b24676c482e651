using System.Text;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Benchmarks.Text;

/// <summary>One million characters of English, or the file in BENCHMARK_TEXT, and what is done with them on one thread.</summary>
internal sealed class TokenizerWork
{
    private const int Length = 1_000_000;

    private readonly string _text;
    private readonly byte[] _vocabulary = EnglishText.Vocabulary();
    private readonly Tokenizer _tokenizer;
    private readonly TokenEncoding _encoding = new();
    private readonly int[] _ids;
    private readonly Dictionary<string, int> _words = [];

    public TokenizerWork()
    {
        string? file = Environment.GetEnvironmentVariable("BENCHMARK_TEXT");
        _text = file is null ? EnglishText.Generate(Length) : File.ReadAllText(file);
        _ids = new int[_text.Length + 2];
        _tokenizer = Tokenizer.FromVocabulary(_vocabulary);
        foreach (string line in Encoding.UTF8.GetString(_vocabulary).Split('\n'))
        {
            _words.TryAdd(line, _words.Count);
        }
    }

    /// <summary>The baseline: splits the text at spaces and looks each word up.</summary>
    public int SplitAndLookUp()
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        int found = 0;
        ReadOnlySpan<char> text = _text;
        while (!text.IsEmpty)
        {
            int end = text.IndexOf(' ');
            ReadOnlySpan<char> word = end < 0 ? text : text[..end];
            found += lookup.TryGetValue(word, out int id) ? id : 1;
            text = end < 0 ? default : text[(end + 1)..];
        }

        return found;
    }

    public int IdsOnly() => _tokenizer.EncodeIds(_text, _ids);

    public int WithOffsets()
    {
        _tokenizer.Encode(_text, _encoding);
        return _encoding.Count;
    }

    public Tokenizer Load() => Tokenizer.FromVocabulary(_vocabulary);
}
