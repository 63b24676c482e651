using System.Text;

namespace ServerlessInference.Tool.Output;

/// <summary>A text table with aligned columns and a heading. Not thread-safe.</summary>
internal sealed class Table(params string[] columns)
{
    private const int ColumnGap = 2;

    private readonly List<string[]> _rows = [columns];

    /// <summary>Gets the number of columns.</summary>
    public int Width => _rows[0].Length;

    /// <summary>Gets a value indicating whether there are no rows below the heading.</summary>
    public bool IsEmpty => _rows.Count == 1;

    /// <summary>Adds a row with one cell per column; line breaks in a cell become spaces.</summary>
    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, _rows[0].Length, nameof(cells));
        _rows.Add([.. cells.Select(cell => cell.ReplaceLineEndings(" "))]);
    }

    /// <summary>Returns the heading and all rows. The last column is not padded.</summary>
    public override string ToString()
    {
        int[] widths = Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (string[] row in _rows)
        {
            for (int column = 0; column < row.Length - 1; column++)
            {
                text.Append(row[column].PadRight(widths[column] + ColumnGap));
            }

            text.Append(row[^1]).Append('\n');
        }

        return text.ToString();
    }
}
