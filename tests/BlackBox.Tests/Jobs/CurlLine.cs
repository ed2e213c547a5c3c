using System.Diagnostics;
using System.Text;

namespace Sluice.BlackBox.Tests.Jobs;

/// <summary>
/// A documented line of curl. Where there is a curl, a shell runs the line as it stands; elsewhere what it asks for is
/// read out of it and sent.
/// </summary>
internal sealed class CurlLine(string line)
{
    private static readonly bool HasCurl = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "curl")));

    /// <summary>The body of the answer.</summary>
    public Task<string> RunAsync() => HasCurl ? RunCurlAsync() : SendAsync();

    private async Task<string> RunCurlAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().InTimeAsync();
        await process.WaitForExitAsync().InTimeAsync();
        Assert.True(process.ExitCode == 0, await error);
        return output;
    }

    private async Task<string> SendAsync()
    {
        var words = Words(line);
        var request = new HttpRequestMessage { RequestUri = new Uri(
            words.Single(word => word.StartsWith("http", StringComparison.Ordinal))) };
        for (var index = 1; index < words.Count; index++)
        {
            switch (words[index])
            {
                case "-X": request.Method = new HttpMethod(words[++index]); break;
                case "-d":
                    request.Content = new StringContent(words[++index], Encoding.UTF8, "application/json");
                    if (request.Method == HttpMethod.Get) request.Method = HttpMethod.Post;
                    break;
                case "-H" when words[++index].Split(": ") is [var name, var value]
                    && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase):
                    request.Headers.Add(name, value);
                    break;
            }
        }

        using var api = new ApiClient(new Uri(request.RequestUri.GetLeftPart(UriPartial.Authority)));
        return (await api.SendAsync(request)).Text;
    }

    /// <summary>As a shell splits it, as far as these lines go: white space and quotes.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char? quote = null;
        foreach (var character in text + " ")
        {
            if (character == quote)
            {
                quote = null;
            }
            else if (quote is null && character is '"' or '\'' && quote is null)
            {
                quote = character;
            }
            else if (quote is null && char.IsWhiteSpace(character))
            {
                if (word.Length > 0)
                {
                    words.Add(word.ToString());
                    word.Clear();
                }
            }
            else
            {
                word.Append(character);
            }
        }

        return words;
    }
}
